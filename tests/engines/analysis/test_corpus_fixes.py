"""Over other people's schemas, too, every fix runs and what it fixes is gone."""

from pathlib import Path

import pytest

from tests.engines.analysis.patient import Patient

_CORPUS = Path(__file__).parents[4] / "shared/corpus"
_HATCHET = [
    _CORPUS / "schemas/hatchet" / name
    for name in ("pg-stubs.sql", "v0.sql", "v1-core.sql", "v1-olap.sql")
]
_NEED_ROLES = frozenset(
    ("create_policy--alter_policy_roles", "default_privilege--issue_303_for_role")
)
"""They name roles that nothing in them creates."""
_MIGRATIONS = [
    file
    for file in sorted(_CORPUS.glob("migrations/*/new.sql"))
    if file.parent.name not in _NEED_ROLES
]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.corpus,
    pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus is not here"),
]


@pytest.mark.parametrize("file", _MIGRATIONS, ids=lambda file: file.parent.name)
async def test_every_fix_of_a_small_schema_runs(staffed: Patient, file: Path) -> None:
    await staffed.admit(file.read_text("utf-8"))

    survivors = await staffed.heal()

    assert survivors == set()


async def test_every_fix_of_a_product_runs(staffed: Patient) -> None:
    await staffed.admit("\n".join(file.read_text("utf-8") for file in _HATCHET))

    survivors = await staffed.heal()

    assert survivors == set()
