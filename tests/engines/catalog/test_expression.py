"""The normal form of printed SQL is what PostgreSQL prints of its own print."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.catalog.expression import condition, faithful, normalized
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow

_QUERIES = Path(__file__).with_name("queries.sql").read_text(encoding="utf-8").splitlines()
_TABLE = """
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE DOMAIN dv AS varchar(9);
CREATE DOMAIN dt AS text;
CREATE TYPE comp AS (x int, y varchar);
CREATE TABLE t (
  s varchar(9), v varchar, x text, c char(3), n name, i int, b bigint, sm smallint,
  d numeric(10, 2), f float8, r real, dt date, ts timestamp, tz timestamptz, iv interval, bo bool,
  j json, jb jsonb, u uuid, m mood, ia int[], va varchar[], ta text[], ca char(3)[], dva dv,
  dta dt, co comp, by bytea, ip inet, mo money, bi bit(3), vb varbit, rg int4range, o oid, tm time,
  tt timetz, xm xml, ma mood[]
);
"""
_PRINT = "SELECT pg_get_viewdef('v'::regclass)"
_PIECES = st.sampled_from(["(ARRAY[", "])::text[]", "ARRAY[", "]", "(", ")", ", ", "'", '"', "a"])


@pytest.fixture(scope="module")
async def session(shadow: Shadow) -> AsyncGenerator[Session, None]:
    async with shadow.database() as database, await database.connect() as session:
        await session.script(f"SET search_path = public; {_TABLE}")
        yield session


@pytest.mark.anyio
@pytest.mark.parametrize("query", _QUERIES)
async def test_a_print_and_the_print_of_it_have_one_normal_form(
    session: Session, query: str
) -> None:
    await session.script(f"CREATE VIEW v AS {query}")
    first: str = await session.value(_PRINT)
    await session.script(f"DROP VIEW v; CREATE VIEW v AS {first}")
    second: str = await session.value(_PRINT)
    await session.script("DROP VIEW v")

    assert normalized(first) == normalized(second)


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        (
            "(ARRAY['a'::character varying, 'b,]'::character varying])::text[]",
            "ARRAY[('a'::character varying)::text, ('b,]'::character varying)::text]",
        ),
        (
            "(ARRAY[ARRAY[s, v], ARRAY[v, s]])::text[]",
            "ARRAY[ARRAY[(s)::text, (v)::text], ARRAY[(v)::text, (s)::text]]",
        ),
        (
            "(ARRAY[f((ARRAY[x])::text[]), y])::name[]",
            "ARRAY[(f(ARRAY[(x)::text]))::name, (y)::name]",
        ),
        ("(ARRAY[])::text[]", "ARRAY[]"),
        ("((((a > 1) AND (a < 2)) AND b) AND c)", "((a > 1) AND (a < 2) AND b AND c)"),
        ("((a OR ') OR ('::text) AND b)", "((a OR ') OR ('::text) AND b)"),
        ("(a AND (b AND c))", "(a AND (b AND c))"),
        ("(ARRAY[a, b])[1]", "(ARRAY[a, b])[1]"),
        ("'(ARRAY[a])::text[]'::text", "'(ARRAY[a])::text[]'::text"),
        ('"(ARRAY[a])::text[]"', '"(ARRAY[a])::text[]"'),
        ('(ARRAY[a])::public."T 1"[]', 'ARRAY[(a)::public."T 1"]'),
        ("(ARRAY[a])::character varying(10)[]", "ARRAY[(a)::character varying(10)]"),
        ("SELECT 'a'::text AS text", "SELECT 'a'::text"),
        ("SELECT '1'::integer AS int4", "SELECT '1'::integer"),
        ("SELECT '1'::interval AS \"interval\"", "SELECT '1'::interval"),
        ("SELECT '{}'::public.mood[] AS mood", "SELECT '{}'::public.mood[]"),
        ("SELECT 'a'::text AS name", "SELECT 'a'::text AS name"),
        ("SELECT '::text AS text'::text AS q", "SELECT '::text AS text'::text AS q"),
    ],
)
def test_the_normal_form_moves_casts_inward_and_drops_implied_names(
    printed: str, normal: str
) -> None:
    assert normalized(printed) == normal


@given(st.lists(_PIECES).map("".join))
def test_any_text_has_a_normal_form(text: str) -> None:
    normalized(text)
    faithful(text)
    condition(text)


_CHECK = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "demand",
    [
        "s IN ('a', 'it''s')",
        "s IN ('a', 'b') OR v IN ('c', ') AND (') AND x IN ('d')",
        "d IN (1, 2.5) AND ca[1] = ANY (ARRAY['a'::varchar, 'b'])",
        "(i BETWEEN 1 AND 2) AND (b > 3) AND bo",
        "((i NOT BETWEEN 1 AND 2) OR b BETWEEN 3 AND 4) OR (bo OR NOT (bo AND i > 1))",
        "i > 0",
    ],
)
async def test_what_is_written_faithfully_is_printed_as_before(
    session: Session, demand: str
) -> None:
    await session.script(f"ALTER TABLE t ADD CONSTRAINT one CHECK ({demand})")
    first: str = await session.value(_CHECK, "one")
    await session.script(f"ALTER TABLE t ADD CONSTRAINT two {faithful(first)}")
    second: str = await session.value(_CHECK, "two")
    await session.script("ALTER TABLE t DROP CONSTRAINT one, DROP CONSTRAINT two")

    assert second == first


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ("CREATE TRIGGER t AFTER INSERT ON x FOR EACH ROW EXECUTE FUNCTION f()", None),
        ("CREATE TRIGGER t … FOR EACH ROW WHEN ((a > 0)) EXECUTE FUNCTION f()", "(a > 0)"),
        (
            "CREATE TRIGGER \" WHEN (\" … WHEN ((a = ') WHEN (')) EXECUTE FUNCTION f(' WHEN (')",
            "(a = ') WHEN (')",
        ),
    ],
)
def test_the_condition_of_a_trigger_is_found_whatever_is_quoted(
    definition: str, expected: str | None
) -> None:
    assert condition(definition) == expected
