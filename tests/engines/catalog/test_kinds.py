"""Every kind: each attribute is read, and a change of it shows as that and nothing else."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.compare import compared_fields
from server.engines.catalog.diff import Difference, differences
from server.engines.catalog.identity import Identity
from server.engines.catalog.read import read_catalog
from server.engines.catalog.registry import fact_classes
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.shadow import Shadow
from tests.engines.catalog.case import Case, Change, cases, named, plain

pytestmark = pytest.mark.anyio

_CASES = cases()

@dataclass
class Stage:
    """A database with the object of a case, and what was last read from it."""

    database: Database
    catalog: Catalog

    async def change(self, sql: str) -> tuple[Difference, ...]:
        before = self.catalog
        self.catalog = await _read(self.database, sql)
        return differences(before, self.catalog, is_cluster_compared=True)


@pytest.fixture(scope="module")
async def stage(shadow: Shadow, request: pytest.FixtureRequest) -> AsyncGenerator[Stage, None]:
    case: Case = request.param
    async with shadow.cluster() as cluster:
        await _run_apart(cluster, *case.cluster)
        async with cluster.database() as database:
            yield Stage(database, await _read(database, case.setup))
        await _run_apart(cluster, *case.cluster_end)


async def _run_apart(cluster: Cluster, *statements: str) -> None:
    async with await cluster.connect() as session:
        for each in statements:
            await session.script(each)


async def _read(database: Database, sql: str) -> Catalog:
    async with await database.connect() as session:
        await session.script(sql)
        return await read_catalog(session)


@pytest.mark.parametrize(
    ("stage", "case"),
    [(case, case) for case in _CASES],
    indirect=["stage"],
    ids=[case.name for case in _CASES],
    scope="module",
)
async def test_every_attribute_of_a_kind_is_read(stage: Stage, case: Case) -> None:
    fact = stage.catalog[Identity.parse(case.object)]

    assert plain(fact) == case.fact
    assert stage.catalog.unmodeled == ()


@pytest.mark.parametrize(
    ("stage", "change"),
    [(case, (case, change)) for case in _CASES for change in case.changes],
    indirect=["stage"],
    ids=[f"{case.name}-{change.sql[:60]}" for case in _CASES for change in case.changes],
    scope="module",
)
async def test_a_change_shows_as_that_and_nothing_else(
    stage: Stage, change: tuple[Case, Change]
) -> None:
    case, made = change

    found = await stage.change(made.sql)

    assert named(found, case) == set(made.fields)


def test_every_kind_has_a_case() -> None:
    assert set(fact_classes()) - {case.kind for case in _CASES} == set()


@pytest.mark.parametrize("kind", fact_classes())
def test_every_compared_field_is_changed_by_a_case(kind: str) -> None:
    own = [case for case in _CASES if case.kind == kind]
    changed = {field for case in own for change in case.changes for field in change.fields}
    fixed = {field for case in own for field in case.fixed}
    compared = {field.name for field in compared_fields(fact_classes()[kind])}

    assert compared - changed - fixed - {"identity", "parent"} == set()
