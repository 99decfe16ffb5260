"""Materialized views that change: readers have one all the time."""

import pytest

from server.engines.migration.step import Step, Verb
from server.engines.postgres.shadow import Shadow
from tests.engines.migration.proving import proven, read_or_written_under_a_lock, together

pytestmark = pytest.mark.anyio

_VIEW = """
CREATE TABLE t (id int PRIMARY KEY, n int);
CREATE MATERIALIZED VIEW "m""v" AS SELECT id, n AS n FROM t;
CREATE UNIQUE INDEX "i ON public.x USING y" ON "m""v" (id);
CREATE INDEX k ON "m""v" ((n + 1)) WHERE n > 1;
CREATE VIEW w AS SELECT id FROM "m""v";
COMMENT ON MATERIALIZED VIEW "m""v" IS 'stays';
COMMENT ON INDEX k IS 'stays, too';
GRANT SELECT ON "m""v" TO PUBLIC;
"""


async def test_a_changed_view_is_filled_and_indexed_before_readers_get_it(shadow: Shadow) -> None:
    new = _VIEW.replace("n AS n", "n * 2 AS n") + 'CREATE INDEX z ON "m""v" (n)'

    found = await proven(shadow, _VIEW, new)

    built = [step for step in found.draft.steps if step.verb is Verb.PREPARE]
    assert [*read_or_written_under_a_lock(found)] == []
    assert [each.subject.kind for each in built] == ["materialized_view", "index", "index", "index"]
    exchange = together(found, "DROP MATERIALIZED VIEW")
    assert exchange[-1] == " ".join(found.draft.steps[-1].sql.split())


async def test_a_view_over_a_column_that_gives_way_is_filled_afterwards(shadow: Shadow) -> None:
    old = "CREATE TABLE t (n int); CREATE MATERIALIZED VIEW v AS SELECT n FROM t;"
    new = "CREATE TABLE t (n bigint); CREATE MATERIALIZED VIEW v AS SELECT n, 1 AS m FROM t;"

    found = await proven(shadow, old, new)

    assert not any(_is_prepared_view(step) for step in found.draft.steps)


def _is_prepared_view(step: Step) -> bool:
    return step.verb is Verb.PREPARE and step.subject.kind == "materialized_view"
