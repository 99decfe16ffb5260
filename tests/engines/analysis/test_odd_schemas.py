"""Schemas that nobody would write on purpose: no check fails, and every fix still runs."""

from pathlib import Path

import pytest

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio

_SCHEMAS = sorted(Path(__file__).with_name("odd_schemas").glob("*.sql"))
_CHAIN = "CREATE TABLE t0 (id int PRIMARY KEY, p int NOT NULL);" + "".join(
    f"CREATE TABLE t{each} (id int PRIMARY KEY, p int NOT NULL REFERENCES t{each - 1});"
    for each in range(1, 300)
)


@pytest.mark.parametrize("schema", _SCHEMAS, ids=lambda schema: schema.stem)
async def test_every_fix_runs_and_what_it_fixes_is_gone(patient: Patient, schema: Path) -> None:
    await patient.admit(schema.read_text("utf-8"))

    survivors = await patient.heal()

    assert survivors == set()


@pytest.mark.parametrize("schema", _SCHEMAS, ids=lambda schema: schema.stem)
async def test_a_message_is_one_line_whatever_the_names_in_it(
    patient: Patient, schema: Path
) -> None:
    await patient.admit(schema.read_text("utf-8"))

    found = await patient.findings()

    assert [each for each in found if not (each.message + each.advice).isprintable()] == []


async def test_a_chain_of_many_tables_is_followed_to_its_end(patient: Patient) -> None:
    await patient.admit(_CHAIN + "ALTER TABLE t0 ADD FOREIGN KEY (p) REFERENCES t299;")

    (finding,) = await patient.findings("foreign-key-cycle")

    assert finding.fix.count(";") == 1


async def test_members_of_extensions_are_not_examined(patient: Patient) -> None:
    await patient.admit("CREATE SCHEMA other; CREATE EXTENSION pg_stat_statements SCHEMA other;")

    found = await patient.findings()

    assert [each.key for each in found] == []
