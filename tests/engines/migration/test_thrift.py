"""What random schemas are asked about every plan: whether a step of it is not needed."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.planner import steps
from server.engines.migration.step import Step, Verb
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.random_schemas.thrift import unneeded
from tests.engines.migration.stage import Stage, on_stage

pytestmark = pytest.mark.anyio

_OLD = """
CREATE TABLE t (n int, m int); CREATE INDEX i ON t (n); CREATE VIEW v AS SELECT n FROM t;
CREATE TABLE other (n int); CREATE VIEW far AS SELECT n FROM other;
"""
_MILD = "ALTER TABLE t ALTER n SET STATISTICS 100;"
_GRAVE = "DROP VIEW v; ALTER TABLE t ALTER n TYPE bigint; CREATE VIEW v AS SELECT n FROM t;"


@pytest.fixture(scope="module")
async def stage(shadow: Shadow) -> AsyncGenerator[Stage, None]:
    async with shadow.cluster() as cluster, on_stage(cluster) as stage:
        yield stage


async def _pair(stage: Stage, change: str) -> tuple[Catalog, Catalog]:
    return await stage.catalog(_OLD), await stage.catalog(_OLD, change)


@pytest.mark.parametrize("change", [_MILD, _GRAVE])
async def test_a_plan_of_the_planner_has_no_step_that_is_not_needed(
    stage: Stage, change: str
) -> None:
    before, after = await _pair(stage, change)

    assert unneeded(steps(before, after), before, after) == ()


@pytest.mark.parametrize(
    ("change", "subject", "fault"),
    [
        (_MILD, "view:public.v", "need not have gone"),
        (_MILD, "index:public.i", "need not have gone"),
        (_GRAVE, "table:public.t", "is made anew"),
        (_GRAVE, "view:public.far", "has nothing to do with it"),
    ],
)
async def test_a_drop_too_many_is_named(
    stage: Stage, change: str, subject: str, fault: str
) -> None:
    before, after = await _pair(stage, change)
    one_more = Step(sql="DROP …", verb=Verb.DROP, subject=Identity.parse(subject))

    found = unneeded((*steps(before, after), one_more), before, after)

    assert any(fault in each for each in found)
