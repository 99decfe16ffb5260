"""What a plan does, and in which order, on schemas that PostgreSQL loaded."""

import io
from contextlib import AsyncExitStack

import pytest

from server.engines.catalog.read import read_catalog
from server.engines.migration.action import Mode
from server.engines.migration.draft import lost
from server.engines.migration.planner import steps
from server.engines.migration.step import Step, Verb
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow

pytestmark = pytest.mark.anyio


async def planned(shadow: Shadow, old: str, new: str) -> tuple[Step, ...]:
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(shadow.cluster())
        catalogs = [
            await read_catalog((await stack.enter_async_context(schema)).session)
            for schema in (loaded([_script(text)], cluster) for text in (old, new))
        ]
        return steps(catalogs[0], catalogs[1])


def _script(text: str) -> Script:
    return Script("schema.sql", lambda: io.BytesIO(text.encode()))


async def test_views_are_away_only_while_a_column_gives_way_to_another(shadow: Shadow) -> None:
    views = "CREATE VIEW v AS SELECT id, n FROM o; CREATE VIEW w AS SELECT * FROM v;"
    old = f"CREATE TABLE o (id int PRIMARY KEY, n int); {views}"

    plan = await planned(shadow, old, old.replace("n int)", "n bigint)"))

    drops = [step for step in plan if step.subject.kind == "view" and step.verb is Verb.DROP]
    first, last = plan.index(drops[0]), max(plan.index(step) for step in plan if step.phase == 2)
    assert {step.phase for step in plan[first : last + 1]} == {2}
    assert all(step.mode is Mode.TRANSACTIONAL for step in plan[first : last + 1])


async def test_the_trigger_that_keeps_columns_equal_fires_last(shadow: Shadow) -> None:
    old = """
    CREATE TABLE o (id int PRIMARY KEY, n int);
    CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN NEW.n := NEW.n * 2; RETURN NEW; END $$;
    CREATE TRIGGER zzz_twice BEFORE INSERT ON o FOR EACH ROW EXECUTE FUNCTION twice();
    """

    plan = await planned(shadow, old, old.replace("n int)", "n bigint)"))

    names = [step.sql.split('"')[1] for step in plan if step.sql.startswith("CREATE TRIGGER")]
    assert names
    assert all(name > "zzz_twice" for name in names)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("bigint", "double precision"),
        ("integer", "real"),
        ("numeric(20,8)", "real"),
        ("numeric(10,4)", "numeric(10,2)"),
        ("numeric(10,4)[]", "numeric(10,2)[]"),
        ("text", "name"),
        ("text", "timestamp(0)"),
        ("timestamptz", "date"),
        ("timetz", "time"),
        ("interval", "interval(0)"),
        ("json", "jsonb"),
        ("text", "jsonb"),
        ("text", "int[]"),
        ("text", "char(9)"),
        ("bigint", "bit(8)"),
    ],
)
async def test_a_conversion_that_loses_something_in_silence_is_a_loss_of_data(
    shadow: Shadow, before: str, after: str
) -> None:
    plan = await planned(shadow, f"CREATE TABLE t (v {before})", f"CREATE TABLE t (v {after})")

    assert [each.qualified_name for step in plan for each in lost(step)] == ["public.t.v"]


@pytest.mark.parametrize(
    ("before", "after"),
    [("int", "bigint"), ("int", "double precision"), ("varchar(9)", "text"), ("date", "timestamp")],
)
async def test_a_conversion_that_keeps_every_value_loses_nothing(
    shadow: Shadow, before: str, after: str
) -> None:
    plan = await planned(shadow, f"CREATE TABLE t (v {before})", f"CREATE TABLE t (v {after})")

    assert [each for step in plan for each in lost(step)] == []


async def test_a_partitioned_table_gains_a_column_with_an_index_and_loses_it_again(
    shadow: Shadow,
) -> None:
    part = "CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');"
    old = f"CREATE TABLE ev (id int, at date) PARTITION BY RANGE (at); {part}"
    new = f"{old.replace('at date', 'at date, u int')} CREATE INDEX ON ev (u);"

    there, back = await planned(shadow, old, new), await planned(shadow, new, old)

    assert [step.mode for step in there].count(Mode.OUTSIDE) == 1
    assert len(back) == 1


async def test_nothing_is_given_to_the_role_that_loaded_the_schema(shadow: Shadow) -> None:
    old = "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (v e);"

    plan = await planned(shadow, old, old.replace("'a', 'b'", "'b', 'a'"))

    assert plan
    assert not any("shadow_owner" in step.sql for step in plan)
