"""A way back that somebody else's migration brings is run after it, and told where it is wrong."""

import pytest

from server.engines.migration.brought import Brought
from server.engines.migration.foreign_reading import read_foreign, with_way_back
from server.engines.migration.generate import Request
from server.engines.migration.judge import Judged, judge
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.survival import Fate
from server.engines.migration.rendering import Heading
from server.engines.migration.step import LockMode
from server.engines.postgres.shadow import Shadow
from server.engines.sql.formats.model import Place
from server.engines.sql.formats.registry import format_of
from tests.engines.migration.proof.hand_written import held

pytestmark = pytest.mark.anyio

_SCHEMA = """
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(20) NOT NULL, total integer);
CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders);
"""


async def _judged(shadow: Shadow, there: str, back: str) -> Judged:
    format_ = format_of("dbmate")
    content = f"-- migrate:up\n{there}\n-- migrate:down\n{back}\n".encode()
    file = with_way_back(read_foreign(content, "1_a.sql", format_), content, "1_a.sql", format_)
    request = Request(
        options=PlanOptions(),
        allowed=(),
        format=format_,
        renames=(),
        heading=lambda _: Heading("m", Place("1"), (), ()),
    )
    async with shadow.cluster() as cluster, held(cluster, _SCHEMA) as old:
        return await judge(old, file, request, lambda _: None)


async def _brought(shadow: Shadow, there: str, back: str) -> Brought:
    found = (await _judged(shadow, there, back)).brought
    assert found is not None
    return found


async def test_a_way_back_to_the_schema_and_its_rows_is_what_is_proven(shadow: Shadow) -> None:
    found = await _judged(
        shadow,
        "ALTER TABLE orders ADD COLUMN paid boolean; CREATE INDEX late ON orders (total);",
        "DROP INDEX late; ALTER TABLE orders DROP COLUMN paid;",
    )

    assert found.proof is not None
    assert found.proof.is_proven
    assert [step.sql for segment in found.back for step in segment.steps] == [
        "DROP INDEX late",
        "ALTER TABLE orders DROP COLUMN paid",
    ]
    assert {each.back.fate for each in found.proof.survival} == {Fate.UNCHANGED}


async def test_each_statement_of_a_way_back_tells_its_lock_and_what_it_discards(
    shadow: Shadow,
) -> None:
    found = await _brought(
        shadow,
        "ALTER TABLE orders ADD COLUMN paid boolean; CREATE TABLE fresh (a int);",
        "DROP TABLE fresh; ALTER TABLE orders DROP COLUMN paid;",
    )

    assert found.leads_back
    assert [each.lock for each in found.effects] == [
        ("public.fresh", LockMode.ACCESS_EXCLUSIVE),
        ("public.orders", LockMode.ACCESS_EXCLUSIVE),
    ]
    lost = [[one.subject.qualified_name for one in each.step.hazards] for each in found.effects]
    assert lost == [["public.fresh"], ["public.orders.paid"]]


async def test_a_way_back_that_leaves_something_behind_is_not_taken_for_the_proven_one(
    shadow: Shadow,
) -> None:
    found = await _judged(
        shadow,
        "CREATE INDEX late ON orders (total); CREATE INDEX later ON orders (note);",
        "DROP INDEX late;",
    )

    assert found.brought is not None
    assert not found.brought.leads_back
    left = found.brought.proof.back_residual
    assert left is not None
    assert left.catalog == ("- index:public.later",)
    assert "CREATE INDEX later" in str(left.dump)
    assert found.proof is not None
    assert found.proof.is_proven
    assert "later" in str(found.back)


async def test_a_way_back_that_fails_says_which_statement(shadow: Shadow) -> None:
    found = await _brought(
        shadow, "CREATE INDEX late ON orders (total);", "DROP INDEX late; DROP INDEX later;"
    )

    failure = found.proof.back.failure
    assert failure is not None
    assert (failure.step, failure.sqlstate) == (1, "42704")
    assert not found.leads_back


@pytest.mark.parametrize(
    "back",
    [
        "ALTER TABLE orders DROP total; ALTER TABLE orders ADD total int; DROP INDEX late;",
        "DO $$ BEGIN EXECUTE 'UPDATE orders SET total = NULL'; END $$; DROP INDEX late;",
    ],
)
async def test_a_way_back_to_the_schema_without_its_values_does_not_lead_back(
    shadow: Shadow, back: str
) -> None:
    found = await _judged(shadow, "CREATE INDEX late ON orders (note);", back)

    assert found.brought is not None
    assert found.brought.changed == ("public.orders",)
    assert not found.brought.leads_back
    assert found.proof is not None
    assert found.proof.is_proven
    assert found.forbidden == ()


async def test_a_way_back_is_not_blamed_for_what_the_way_there_discarded(shadow: Shadow) -> None:
    found = await _judged(
        shadow,
        "ALTER TABLE orders DROP COLUMN total; DELETE FROM lines;",
        "ALTER TABLE orders ADD COLUMN total integer;",
    )

    assert found.brought is not None
    assert found.brought.leads_back
    assert {each.qualified_name for each in found.forbidden} == {
        "public.orders.total",
        "public.lines",
    }
    assert found.proof is not None
    assert found.proof.is_proven


async def test_a_way_back_may_name_things_as_they_are_called_by_then(shadow: Shadow) -> None:
    found = await _brought(
        shadow,
        "ALTER TABLE orders RENAME TO sales; ALTER TABLE sales RENAME COLUMN note TO words;",
        "ALTER TABLE sales RENAME COLUMN words TO note; ALTER TABLE sales RENAME TO orders;",
    )

    assert found.leads_back


async def test_a_marked_transaction_holds_for_its_direction_alone() -> None:
    format_ = format_of("dbmate")
    content = (
        b"-- migrate:up\nCREATE INDEX late ON orders (total); SELECT 1;\n"
        b"-- migrate:down transaction:false\nDROP INDEX CONCURRENTLY late;\n"
    )

    file = with_way_back(read_foreign(content, "1_a.sql", format_), content, "1_a.sql", format_)

    assert [segment.is_transactional for segment in file.segments] == [True]
    assert [segment.is_transactional for segment in file.back] == [False]


@pytest.mark.parametrize(("named", "noted"), [("plain", True), ("dbmate", False)])
def test_a_file_that_another_runner_reads_otherwise_is_noted(named: str, *, noted: bool) -> None:
    content = b"-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n"

    file = read_foreign(content, "1_a.sql", format_of(named))

    assert any("output.format=dbmate" in note for note in file.notes) is noted


async def test_a_file_without_a_way_back_gets_ours(shadow: Shadow) -> None:
    found = await _judged(shadow, "CREATE INDEX late ON orders (total);", "")

    assert found.brought is None
    assert found.proof is not None
    assert found.proof.is_proven
    assert "DROP INDEX" in str(found.back)
