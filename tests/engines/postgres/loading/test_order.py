import pytest

from server.errors import InvalidSqlError, SqlLocation
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio

_TABLES = """
SELECT string_agg(n.nspname || '.' || c.relname, ' ' ORDER BY n.nspname, c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v') AND c.oid >= 16384
"""


async def test_a_statement_waits_for_what_comes_later_in_its_file(load: Load) -> None:
    sql = """
        CREATE VIEW v AS SELECT a FROM s.t;
        ALTER TABLE s.t ADD FOREIGN KEY (a) REFERENCES s.u (b);
        CREATE TABLE s.t (a s.d);
        ALTER TABLE s.u ADD PRIMARY KEY (b);
        CREATE TABLE s.u (b int);
        CREATE DOMAIN s.d AS int;
        CREATE SCHEMA s;
    """

    async with load(sql) as schema:
        assert await schema.session.value(_TABLES) == "public.v s.t s.u"


async def test_files_of_a_folder_wait_for_each_other(load: Load) -> None:
    async with load(
        "CREATE VIEW v AS SELECT * FROM t", "CREATE TABLE t (a e)", "CREATE TYPE e AS ENUM ('x')"
    ) as schema:
        assert await schema.session.value(_TABLES) == "public.t public.v"


async def test_a_statement_that_waits_keeps_its_search_path(load: Load) -> None:
    sql = """
        CREATE SCHEMA a; CREATE SCHEMA b;
        SET search_path = a;
        CREATE TABLE t (x e);
        SET search_path = b;
        CREATE TYPE a.e AS ENUM ('x');
        CREATE TABLE u ();
    """

    async with load(sql) as schema:
        assert await schema.session.value(_TABLES) == "a.t b.u"


async def test_what_one_file_sets_does_not_reach_the_next(load: Load) -> None:
    async with load(
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a ();",
        "CREATE TABLE b ()",
    ) as schema:
        assert await schema.session.value(_TABLES) == "public.a public.b"


async def test_a_local_setting_ends_with_its_transaction(load: Load) -> None:
    sql = """
        CREATE SCHEMA s;
        BEGIN; SET LOCAL search_path = s; CREATE TABLE t (); COMMIT;
        CREATE TABLE t ();
        SET LOCAL search_path = s; CREATE TABLE u ();
    """

    async with load(sql) as schema:
        assert await schema.session.value(_TABLES) == "public.t public.u s.t"


async def test_an_enum_value_is_used_in_the_transaction_that_adds_it(load: Load) -> None:
    sql = """
        BEGIN;
        CREATE TYPE e AS ENUM ('a');
        ALTER TYPE e ADD VALUE 'b';
        CREATE TABLE t (x e DEFAULT 'b');
        CREATE INDEX CONCURRENTLY i ON t (x);
        COMMIT;
    """

    async with load(sql) as schema:
        assert await schema.session.value("SELECT count(*) FROM pg_enum") == 2


@pytest.mark.parametrize(
    ("sql", "refusal", "location"),
    [
        (
            "CREATE TABLE t ();\nCREATE VIEW v AS\n  SELECT é, nope FROM t;",
            'column "é" does not exist',
            SqlLocation("schema/00.sql", 3, 10),
        ),
        (
            "CREATE TABLE t (a int);\n\n  CREATE INDEX i ON t (b);",
            'column "b" does not exist',
            SqlLocation("schema/00.sql", 3, 3),
        ),
        (
            "CREATE TABLE t (a int);\nSELECT 1; CREATE TABLE t (a int);",
            'relation "t" already exists',
            SqlLocation("schema/00.sql", 2, 11),
        ),
        (
            "CREATE TABLE t (a int);\nCRATE TABLE u (a int);",
            'syntax error at or near "CRATE"',
            SqlLocation("schema/00.sql", 2, 1),
        ),
        (
            "DO $$ BEGIN RAISE EXCEPTION 'no' USING DETAIL = 'why', HINT = 'how'; END $$",
            "no\nDETAIL: why",
            SqlLocation("schema/00.sql", 1, 1),
        ),
    ],
)
async def test_broken_sql_is_refused_with_its_place_and_nothing_remains(
    load: Load, traces: Traces, sql: str, refusal: str, location: SqlLocation
) -> None:
    before = await traces()

    with pytest.raises(InvalidSqlError) as refused:
        async with load(sql):
            pass

    assert (refused.value.refusal, refused.value.location) == (refusal, location)
    assert await traces() == before


async def test_the_hint_of_the_server_is_the_next_step(load: Load) -> None:
    with pytest.raises(InvalidSqlError) as refused:
        async with load("DO $$ BEGIN RAISE EXCEPTION 'no' USING HINT = 'how'; END $$"):
            pass

    assert refused.value.next_step == "HINT: how"


async def test_the_statement_that_may_be_the_reason_is_named_first(load: Load) -> None:
    sql = "CREATE VIEW v AS SELECT * FROM t; CREATE TABLE t (a int CHECK (a > 'x'));"

    with pytest.raises(InvalidSqlError) as refused:
        async with load(sql):
            pass

    assert refused.value.refusal == 'invalid input syntax for type integer: "x"'
    assert "1 more of the statements failed" in refused.value.next_step


async def test_the_file_of_a_folder_is_named(load: Load) -> None:
    with pytest.raises(InvalidSqlError) as refused:
        async with load("CREATE TABLE t ()", "\nCREATE VIEW v AS SELECT nope FROM t"):
            pass

    assert refused.value.location == SqlLocation("schema/01.sql", 2, 25)


async def test_nothing_remains_after_use(load: Load, traces: Traces) -> None:
    before = await traces()

    async with load("CREATE TABLE t (); ALTER TABLE t OWNER TO somebody"):
        during = await traces()

    assert await traces() == before
    assert {kind for kind, _ in during - before} == {"database", "role", "membership", "setting"}


async def test_nothing_remains_when_the_caller_fails(load: Load, traces: Traces) -> None:
    before = await traces()

    with pytest.raises(LookupError):
        async with load("CREATE TABLE t (); GRANT SELECT ON t TO somebody"):
            raise LookupError

    assert await traces() == before


async def test_rows_are_counted_and_not_loaded(load: Load) -> None:
    sql = """
        CREATE TABLE t (a int);
        INSERT INTO t VALUES (1), (2);
        UPDATE t SET a = 3;
        COPY t (a) FROM stdin;\n1\n2\n3\n\\.
        SELECT setval('s', 7); CREATE SEQUENCE s;
    """

    async with load(sql) as schema:
        assert await schema.session.value("SELECT count(*) FROM public.t") == 0
        assert schema.notes[0].startswith("5 rows of data in 3 statements were not loaded")


async def test_psql_commands_are_said_to_be_skipped(load: Load) -> None:
    async with load("\\connect other\n\\set x 1\n\\connect third\n") as schema:
        assert schema.notes == (r"psql commands were skipped: \connect, \set",)


async def test_settings_that_the_server_does_not_know_are_skipped(load: Load) -> None:
    sql = "SET xmloption = content; SET no_such_setting = 1; SET log_statement = 'all'; SELECT 1"

    async with load(sql) as schema:
        assert [note.partition(":")[0] for note in schema.notes] == [
            "SET 'no_such_setting' was skipped",
            "SET 'log_statement' was skipped",
        ]


async def test_bodies_are_checked_when_everything_is_there(load: Load) -> None:
    sql = """
        CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM t';
        CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT nope';
        CREATE FUNCTION h() RETURNS int LANGUAGE plpgsql AS 'no body';
        CREATE FUNCTION s.i() RETURNS int LANGUAGE sql SET search_path = s AS 'SELECT j()';
        CREATE SCHEMA s;
        CREATE FUNCTION s.j() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE TABLE t ();
    """

    async with load(sql) as schema:
        assert schema.notes == (
            'the body of public.g() is not valid: column "nope" does not exist',
            'the body of public.h() is not valid: syntax error at or near "no"',
        )


async def test_a_body_is_valid_where_its_script_looks_names_up(load: Load) -> None:
    sql = """
        CREATE SCHEMA s; SET search_path TO s, public;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT g()';
        CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION h() RETURNS int LANGUAGE sql AS 'SELECT nowhere()';
        RESET search_path;
        CREATE FUNCTION public.i() RETURNS int LANGUAGE sql AS 'SELECT s.g()';
    """

    async with load(sql) as schema:
        assert schema.notes == (
            "the body of s.h() is not valid: function nowhere() does not exist",
        )


async def test_checking_a_body_changes_nothing(load: Load) -> None:
    sql = """
        CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
        COMMENT ON FUNCTION f() IS 'x'; GRANT EXECUTE ON FUNCTION f() TO somebody;
    """

    async with load(sql) as schema:
        assert (
            await schema.session.value(
                "SELECT obj_description('public.f()'::regprocedure) || ' ' || proacl::text "
                "FROM pg_proc WHERE proname = 'f'"
            )
            == "x {=X/shadow_owner,shadow_owner=X/shadow_owner,somebody=X/shadow_owner}"
        )


async def test_two_loads_of_one_text_have_equal_owners(load: Load) -> None:
    async with load("CREATE TABLE t ()") as schema:
        owners = "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE relname = 't'"

        assert await schema.session.value(owners) == schema.owner == "shadow_owner"
