"""What the checks of other constraints flag and what they let pass, case by case."""

import pytest

from tests.engines.analysis.patient import Patient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("sql", "flagged"),
    [
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", ["public.t.c"], id="check"
        ),
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES t (id) NOT VALID;",
            ["public.t.c"],
            id="foreign key",
        ),
        pytest.param(
            "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID;", ["public.t.c"], id="not null"
        ),
        pytest.param(
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;",
            ["public.d.c"],
            id="domain",
        ),
        pytest.param(
            "CREATE TABLE u () INHERITS (t);"
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
            ["public.t.c"],
            id="where it was declared",
        ),
        pytest.param("ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED;", [], id="none"),
    ],
)
async def test_what_was_never_validated_is_validated(
    patient: Patient, sql: str, flagged: list[str]
) -> None:
    await patient.admit("CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a int);" + sql)
    found = await patient.findings("unvalidated-constraint")

    await patient.take("\n".join(each.fix for each in found))

    assert [each.subject.qualified_name for each in found] == flagged
    assert await patient.findings("unvalidated-constraint") == ()


async def test_an_unenforced_check_is_replaced_under_its_name(patient: Patient) -> None:
    await patient.admit("CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0) NOT ENFORCED);")
    (finding,) = await patient.findings("unenforced-constraint")

    await patient.take(finding.fix)

    assert await patient.findings("unenforced-constraint", "unvalidated-constraint") == ()
    assert (
        await patient.session.value(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'c'"
        )
        == "CHECK ((a > 0))"
    )


@pytest.mark.parametrize(
    ("column", "flagged"),
    [
        pytest.param("a boolean", 1, id="nullable"),
        pytest.param("a boolean NOT NULL", 0, id="required"),
        pytest.param("a boolean CHECK (a IS NOT NULL)", 0, id="required by a CHECK"),
        pytest.param("a boolean CHECK (a IS NOT NULL OR id > 0)", 1, id="not always required"),
        pytest.param("a boolean GENERATED ALWAYS AS (id > 0) STORED", 0, id="generated"),
        pytest.param("a flag", 0, id="a domain that requires it"),
        pytest.param("a boolean[]", 0, id="an array"),
    ],
)
async def test_a_boolean_has_two_values(patient: Patient, column: str, flagged: int) -> None:
    sql = f"""
        CREATE DOMAIN flag AS boolean NOT NULL;
        CREATE TABLE t (id int PRIMARY KEY, {column});
    """

    assert len(await patient.flagged(sql, "nullable-boolean")) == flagged


_UNIQUE = """
CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (id int PRIMARY KEY, p int REFERENCES p, code text, name text NOT NULL, ended date);
"""


@pytest.mark.parametrize(
    ("sql", "severities"),
    [
        pytest.param("CREATE UNIQUE INDEX ON t (p, name);", ["warning"], id="at the top"),
        pytest.param("CREATE UNIQUE INDEX ON t (name, ended);", ["warning"], id="not ended"),
        pytest.param("CREATE UNIQUE INDEX ON t (name, code);", ["info"], id="without a code"),
        pytest.param("CREATE UNIQUE INDEX ON t (p, ended);", ["info"], id="without anything"),
        pytest.param("CREATE UNIQUE INDEX ON t (p);", [], id="a single column"),
        pytest.param("CREATE UNIQUE INDEX ON t (id, name);", [], id="required columns"),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) NULLS NOT DISTINCT;", [], id="NULLs are equal"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) WHERE p IS NOT NULL;", [], id="without the NULLs"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name); CREATE UNIQUE INDEX ON t (name) WHERE p IS NULL;",
            [],
            id="another index for the NULLs",
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (name, coalesce(p, 0));", [], id="an expression for the NULLs"
        ),
        pytest.param(
            "CREATE UNIQUE INDEX ON t (p, name) WHERE ended IS NULL;", ["warning"], id="partial"
        ),
    ],
)
async def test_null_is_no_way_around_a_unique_rule(
    patient: Patient, sql: str, severities: list[str]
) -> None:
    await patient.admit(_UNIQUE + sql)

    found = await patient.findings("unique-with-nullable-column")

    assert [each.severity for each in found] == severities


@pytest.mark.parametrize(
    ("columns", "flagged"),
    [
        pytest.param("a int, b int", 1, id="nothing is required"),
        pytest.param("a int, b int NOT NULL", 0, id="something is required"),
        pytest.param("a int", 0, id="a single column"),
        pytest.param("a int, b int CHECK (b IS NOT NULL)", 0, id="required by a CHECK"),
    ],
)
async def test_a_row_says_something(patient: Patient, columns: str, flagged: int) -> None:
    sql = f"CREATE TABLE t (id int PRIMARY KEY, {columns});"

    assert len(await patient.flagged(sql, "all-columns-nullable")) == flagged
