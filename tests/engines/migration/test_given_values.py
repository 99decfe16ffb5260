"""Values for rows that are there: asked for, given by argument or annotation, filled in batches."""

import pytest

from server.engines.catalog.kinds.constraint import Constraint
from server.engines.migration.context import Strategy
from server.engines.migration.step import Verb
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidInputError, InvalidSqlError
from tests.engines.migration.proving import proven, read_or_written_under_a_lock

pytestmark = pytest.mark.anyio

_OLD = """CREATE TABLE "t'$backfill$" (id int PRIMARY KEY, a text, page int);"""


def _new(annotated: str) -> str:
    return _OLD.replace("page int)", f"page int NOT NULL, {annotated})")


async def test_a_value_that_is_missing_is_asked_for(shadow: Shadow) -> None:
    found = await proven(shadow, "CREATE TABLE t (a int)", "CREATE TABLE t (a int, b int NOT NULL)")

    assert [str(column.identity) for column in found.missing] == ["column:public.t.b"]
    assert not found.proof.seeding.rows


async def test_rows_get_an_annotated_value_before_their_column_refuses_null(
    shadow: Shadow,
) -> None:
    hostile = """
      -- @backfill page = 7
      "C""c" text NOT NULL -- @backfill "C""c" = coalesce(a, 'it''s $backfill$;')
    """

    found = await proven(shadow, _OLD, _new(hostile))

    assert found.missing == ()
    assert found.proof.seeding.rows
    assert not found.proof.setbacks
    assert [*read_or_written_under_a_lock(found)] == []


async def test_programs_know_a_column_before_it_refuses_null(shadow: Shadow) -> None:
    old = "CREATE TABLE t (a int NOT NULL)"
    new = "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int); -- @backfill b = a"

    found = await proven(shadow, old, new)

    phases = {step.phase for step in found.draft.steps if step.subject.kind == Constraint.kind}
    added = [step.phase for step in found.draft.steps if step.verb is Verb.CREATE]
    assert 2 in phases
    assert min(added) == 1


async def test_a_value_by_argument_counts_more_than_a_default(shadow: Shadow) -> None:
    old = "CREATE TABLE t (a int)"
    new = "CREATE TABLE t (a int, b int NOT NULL DEFAULT 1)"

    for strategy in Strategy:
        found = await proven(shadow, old, new, strategy, values=("public.t.b = coalesce(a, 0)",))

        fills = [step.sql for step in found.draft.steps if "coalesce(a, 0)" in step.sql]
        assert len(fills) == 1


@pytest.mark.parametrize(
    "value",
    ["1) OR (2", "1), b = (2", "1; DROP TABLE t", "$1", "1 -- x", "1 /* x", "", "a FROM b", "(1"],
)
async def test_what_is_more_or_less_than_an_expression_is_refused(
    shadow: Shadow, value: str
) -> None:
    old, new = "CREATE TABLE t (a int)", "CREATE TABLE t (a int, b int NOT NULL)"

    with pytest.raises(InvalidInputError, match="gives no value"):
        await proven(shadow, old, new, values=(f"public.t.b = {value}",))


@pytest.mark.parametrize(
    "annotation",
    ["-- @backfill", "-- @backfill b 1", "-- @backfill b = 1; SELECT 2", "-- @backfill c = 1"],
)
async def test_an_annotation_that_cannot_be_followed_is_refused(
    shadow: Shadow, annotation: str
) -> None:
    new = f"CREATE TABLE t (a int,\n {annotation}\n b int NOT NULL)"

    with pytest.raises(InvalidSqlError, match="@backfill cannot be followed"):
        await proven(shadow, "CREATE TABLE t (a int)", new)
