"""Every kind: each attribute is read, and a change of it shows as that and nothing else."""

import pytest

from server.engines.catalog.compare import compared_fields
from server.engines.catalog.diff import differences
from server.engines.catalog.identity import Identity
from server.engines.catalog.read import read_catalog
from server.engines.catalog.registry import fact_classes
from server.engines.postgres.session import Isolation, Session
from tests.engines.catalog.case import Case, Change, cases, named, plain

pytestmark = pytest.mark.anyio

_CASES = cases()


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
async def test_every_attribute_of_a_kind_is_read(bench: Session, case: Case) -> None:
    async with bench.undone(isolation=Isolation.REPEATABLE_READ):
        await bench.script(case.setup)
        catalog = await read_catalog(bench)

        assert plain(catalog[Identity.parse(case.object)]) == case.fact
        assert catalog.unmodeled == ()


@pytest.mark.parametrize(
    ("case", "change"),
    [(case, change) for case in _CASES for change in case.changes],
    ids=[f"{case.name}-{change.sql[:60]}" for case in _CASES for change in case.changes],
)
async def test_a_change_shows_as_that_and_nothing_else(
    bench: Session, case: Case, change: Change
) -> None:
    async with bench.undone(isolation=Isolation.REPEATABLE_READ):
        await bench.script(case.setup)
        before = await read_catalog(bench)

        await bench.script(change.sql)
        after = await read_catalog(bench)

        found = differences(before, after, is_cluster_compared=True)
        assert named(found, case) == set(change.fields)


def test_every_kind_has_a_case() -> None:
    assert set(fact_classes()) - {case.kind for case in _CASES} == set()


@pytest.mark.parametrize("kind", fact_classes())
def test_every_compared_field_is_changed_by_a_case(kind: str) -> None:
    own = [case for case in _CASES if case.kind == kind]
    changed = {field for case in own for change in case.changes for field in change.fields}
    fixed = {field for case in own for field in case.fixed}
    compared = {field.name for field in compared_fields(fact_classes()[kind])}

    assert compared - changed - fixed - {"identity", "parent"} == set()
