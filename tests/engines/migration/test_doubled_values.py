"""What values become in a column that gets another type in use, whoever writes them."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import pytest

from server.engines.migration.hazard import HazardKind
from server.engines.migration.step import Step, Verb
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from server.errors import RefusedError
from tests.engines.migration.test_planner import planned

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def _used(shadow: Shadow, schema: str) -> AsyncGenerator[Session, None]:
    async with (
        shadow.cluster() as cluster,
        cluster.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        await session.script(schema)
        yield session


async def _run(session: Session, steps: Iterable[Step]) -> None:
    for step in steps:
        await session.script(step.sql)


def _filling(plan: tuple[Step, ...]) -> int:
    return next(number for number, step in enumerate(plan) if "$backfill$" in step.sql)


async def test_rows_whose_fields_are_null_get_their_value(shadow: Shadow) -> None:
    there = "CREATE TYPE money_of AS (amount int, currency text);"
    old, new = (f"{there} CREATE TABLE t (v {each});" for each in ("money_of", "text"))
    plan = await planned(shadow, old, new)

    async with _used(shadow, old) as session:
        await session.script("INSERT INTO t VALUES ((1, NULL)), ((NULL, NULL)), (NULL), ((1, 'x'))")
        await _run(session, plan)

        assert await session.value("SELECT string_agg(v, ' ' ORDER BY v) FROM t") == (
            "(,) (1,) (1,x)"
        )
    assert Verb.PREPARE in {step.verb for step in plan}


_SETTINGS = "SET DateStyle = 'SQL, DMY'; SET IntervalStyle = iso_8601; SET bytea_output = escape;"


async def test_settings_of_programs_do_not_decide_what_values_become(shadow: Shadow) -> None:
    old = "CREATE TABLE t (a text, b date, c interval, d double precision, e bytea);"
    new = "CREATE TABLE t (a date, b text, c text, d text, e text);"
    plan = await planned(shadow, old, new)
    filling = _filling(plan)

    async with _used(shadow, old) as session:
        await _run(session, plan[:filling])
        await session.script(f"{_SETTINGS} SET extra_float_digits = 0")
        await session.script(
            "INSERT INTO t VALUES "
            r"('01/02/2026', '2026-01-02', 'P1DT2H', 0.1 + 0.2::float8, '\x01')"
        )
        await session.script("RESET ALL; SET search_path = public")
        await _run(session, plan[filling:])

        assert await session.value("SELECT t::text FROM t") == (
            r'(2026-01-02,2026-01-02,"1 day 02:00:00",0.30000000000000004,"\\x01")'
        )


@pytest.mark.parametrize(
    ("old", "new"), [("tsrange", "tstzrange"), ("moment", "text"), ("moment[]", "text[]")]
)
async def test_what_the_time_zone_decides_inside_of_a_type_keeps_the_column_in_place(
    shadow: Shadow, old: str, new: str
) -> None:
    there = "CREATE DOMAIN moment AS timestamptz;"

    plan = await planned(shadow, *(f"{there} CREATE TABLE t (v {each});" for each in (old, new)))

    assert Verb.PREPARE not in {step.verb for step in plan}
    assert any("TimeZone" in each.message for step in plan for each in step.hazards)


async def test_a_trigger_named_after_all_letters_has_its_say_first(shadow: Shadow) -> None:
    old = """
    CREATE TABLE t (v int);
    CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN NEW.v := NEW.v + 1; RETURN NEW; END';
    CREATE TRIGGER "änderung" BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION more();
    """
    plan = await planned(shadow, old, old.replace("(v int", "(v bigint"))
    filling = _filling(plan)

    async with _used(shadow, old) as session:
        await _run(session, plan[:filling])
        await session.script("INSERT INTO t VALUES (1)")
        await _run(session, plan[filling:])

        assert await session.value("SELECT v FROM t") == 2


@pytest.mark.parametrize(
    ("old", "value", "new", "becomes"),
    [
        ("bit(8)", "B'00000101'", "integer", "5"),
        ("bit(8)", "B'00000101'", "smallint", "5"),
        ("integer", "5", "bit(8)", "00000101"),
        ("boolean", "true", "bigint", "1"),
        ("smallint", "2", "boolean", "true"),
        ("money", "'1,101.50'", "numeric(12,2)", "1101.50"),
    ],
)
async def test_values_are_converted_by_what_they_mean(
    shadow: Shadow, old: str, value: str, new: str, becomes: str
) -> None:
    before, after = (f"CREATE TABLE t (v {each});" for each in (old, new))
    plan = await planned(shadow, before, after)

    async with _used(shadow, before) as session:
        await session.script(f"INSERT INTO t VALUES ({value})")  # ruff: ignore[hardcoded-sql-expression]
        await _run(session, plan)

        assert await session.value("SELECT v::text FROM t") == becomes


@pytest.mark.parametrize("holder", ["t", "t[]", "within"])
async def test_a_type_is_not_changed_in_rows_that_another_column_holds(
    shadow: Shadow, holder: str
) -> None:
    old = f"""
    CREATE TABLE t (v int); CREATE TYPE within AS (whole t); CREATE TABLE log (snap {holder});
    """

    with pytest.raises(RefusedError, match=r"log\.snap holds whole rows of table:public\.t"):
        await planned(shadow, old, old.replace("(v int", "(v bigint"))


async def test_a_routine_that_lists_the_columns_of_a_row_keeps_the_column_in_place(
    shadow: Shadow,
) -> None:
    old = """
    CREATE TABLE t (v int, w int);
    CREATE FUNCTION listed() RETURNS SETOF t LANGUAGE sql AS 'SELECT v, w FROM public.t';
    CREATE FUNCTION whole() RETURNS SETOF t LANGUAGE sql AS 'SELECT * FROM public.t';
    """

    plan = await planned(shadow, old, old.replace("(v int", "(v bigint"))

    (reason,) = (
        each.message for step in plan for each in step.hazards if each.kind is HazardKind.REWRITE
    )
    assert "routine:public.listed() lists the columns" in reason
