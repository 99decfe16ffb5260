"""What a superuser does for a schema, and what its sessions meet there afterwards."""

from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.session import Session
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio

# Code that fails loudly when a superuser runs it.
_LYING_IN_WAIT = """
CREATE FUNCTION spy() RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT usesuper FROM pg_catalog.pg_user WHERE usename = current_user) THEN
    RAISE EXCEPTION 'foreign code runs as %', current_user;
  END IF;
  RETURN true;
END $$;
CREATE FUNCTION t() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN PERFORM public.spy(); END';
CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION t();
CREATE EVENT TRIGGER b ON login EXECUTE FUNCTION t();
ALTER EVENT TRIGGER a ENABLE ALWAYS;
ALTER EVENT TRIGGER b ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER a IS 'x';
CREATE FUNCTION eq(oid, int) RETURNS bool LANGUAGE sql AS 'SELECT public.spy()';
CREATE OPERATOR = (LEFTARG = oid, RIGHTARG = int, FUNCTION = eq);
CREATE FUNCTION lower(name) RETURNS text LANGUAGE sql AS 'SELECT public.spy()::text';
CREATE VIEW pg_tables AS SELECT spy();
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET search_path = public', current_database());
  EXECUTE format('ALTER DATABASE %I SET role = shadow_owner', current_database());
  EXECUTE format('ALTER DATABASE %I SET statement_timeout = 1', current_database());
  EXECUTE format('ALTER DATABASE %I IS_TEMPLATE true', current_database());
END $$;
"""


@pytest.fixture
async def reader(load: Load) -> AsyncGenerator[Session, None]:
    """A new superuser's session in a database whose schema lies in wait for it."""
    async with load(_LYING_IN_WAIT) as schema, await schema.database.connect() as session:
        yield session


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM pg_class WHERE oid = 1",
        "SELECT lower(nspname) FROM pg_namespace",
        "SELECT * FROM pg_tables",
        "CREATE TABLE public.made_by_superuser ()",
    ],
)
async def test_a_superusers_session_runs_none_of_the_schemas_code(
    reader: Session, sql: str
) -> None:
    await reader.rows(sql)

    assert await reader.value("SELECT current_user::text") == "shadow_superuser"


async def test_no_setting_of_the_database_outlives_the_load(load: Load) -> None:
    async with load(_LYING_IN_WAIT) as schema:
        count = "SELECT count(*) FROM pg_db_role_setting WHERE setdatabase <> 0"
        assert await schema.session.value(count) == 0
        assert not await schema.session.value(
            "SELECT datistemplate FROM pg_database WHERE datname = current_database()"
        )


async def test_no_setting_of_the_roles_outlives_the_load(load: Load, traces: Traces) -> None:
    before = await traces()
    sql = """
        DO $$ BEGIN
          EXECUTE format(
            'ALTER ROLE shadow_owner IN DATABASE %I SET work_mem = 64', current_database());
          ALTER ROLE CURRENT_USER SET search_path = evil;
          SET ROLE NONE;
          ALTER ROLE CURRENT_USER SET search_path = evil;
        END $$
    """

    async with load(sql):
        pass

    assert await traces() == before


async def test_event_triggers_are_there_with_their_comments(load: Load) -> None:
    async with load(_LYING_IN_WAIT) as schema:
        assert await schema.session.rows(
            "SELECT evtname::text AS name, evtenabled::text AS enabled, "
            "obj_description(oid, 'pg_event_trigger') AS comment "
            "FROM pg_event_trigger ORDER BY evtname"
        ) == [
            {"name": "a", "enabled": "A", "comment": "x"},
            {"name": "b", "enabled": "A", "comment": None},
        ]


async def test_an_operator_class_of_the_schemas_own_type_is_created(load: Load) -> None:
    sql = """
        CREATE TYPE c AS (x int);
        CREATE FUNCTION e(c, c) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1.x = $2.x';
        CREATE FUNCTION h(c) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1.x';
        CREATE OPERATOR === (LEFTARG = c, RIGHTARG = c, FUNCTION = e);
        CREATE OPERATOR CLASS k FOR TYPE c USING hash AS OPERATOR 1 ===, FUNCTION 1 h(c);
        ALTER OPERATOR CLASS k USING hash OWNER TO a;
        ALTER OPERATOR FAMILY k USING hash OWNER TO a;
    """

    async with load(sql) as schema:
        owner = "SELECT pg_get_userbyid(opcowner)::text FROM pg_opclass WHERE opcname = 'k'"
        assert await schema.session.value(owner) == "a"


async def test_casts_between_built_in_types_are_created_if_they_call_nothing(load: Load) -> None:
    async with load("CREATE CAST (varchar AS json) WITH INOUT AS ASSIGNMENT") as schema:
        assert await schema.session.value("SELECT castmethod::text FROM pg_cast WHERE oid >= 16384")


async def test_publications_of_everything_are_created(load: Load) -> None:
    sql = """
        CREATE TABLE t (a int PRIMARY KEY);
        CREATE PUBLICATION p FOR ALL TABLES; COMMENT ON PUBLICATION p IS 'x';
        CREATE PUBLICATION q FOR TABLES IN SCHEMA public;
        CREATE PUBLICATION r FOR TABLE t WHERE (a > 1);
    """

    async with load(sql) as schema:
        assert await schema.session.value("SELECT count(*) FROM pg_publication") == 3


async def test_a_leakproof_function_is_created(load: Load) -> None:
    sql = """
        CREATE SCHEMA "S s"; SET search_path = "S s";
        CREATE FUNCTION f(a int, OUT b text) IMMUTABLE LEAKPROOF LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER FUNCTION g() LEAKPROOF;
    """

    async with load(sql) as schema:
        count = "SELECT count(*) FROM pg_proc WHERE proleakproof AND oid >= 16384"
        assert await schema.session.value(count) == 2


async def test_a_wrapper_has_servers_and_tables_and_no_code(load: Load) -> None:
    sql = """
        CREATE FOREIGN DATA WRAPPER w HANDLER h VALIDATOR v;
        CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'x');
        CREATE USER MAPPING FOR a SERVER s OPTIONS (password 'x');
        CREATE FOREIGN TABLE f (a int) SERVER s;
        ALTER SERVER s OWNER TO a;
    """

    async with load(sql) as schema:
        assert "foreign-data wrapper 'w' is a stub that connects to nothing" in schema.notes
        assert await schema.session.value("SELECT count(*) FROM pg_foreign_table") == 1


async def test_a_subscription_is_there_disabled_and_goes(load: Load, traces: Traces) -> None:
    before = await traces()

    async with load("CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p") as schema:
        assert await schema.session.value("SELECT subenabled FROM pg_subscription") is False

    assert await traces() == before


async def test_comments_on_what_a_superuser_made_are_loaded(load: Load) -> None:
    async with load("COMMENT ON EXTENSION plpgsql IS 'x'") as schema:
        comment = "SELECT obj_description(oid, 'pg_extension') FROM pg_extension"
        assert await schema.session.value(comment) == "x"
