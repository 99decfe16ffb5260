import asyncio
import io

import pytest

from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidSqlError
from tests.engines.postgres.loading.case import Case, cases
from tests.engines.postgres.loading.conftest import Load, Traces

pytestmark = pytest.mark.anyio

_OWNER = "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = $1::regclass"
_SHARED = b"CREATE TABLE t (); GRANT SELECT ON t TO b, c; ALTER TABLE t OWNER TO a"
_ROLE = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
FROM pg_roles WHERE rolname = $1
"""


async def test_a_role_that_is_missing_is_made_without_power_and_announced(load: Load) -> None:
    sql = """
        CREATE TABLE t ();
        GRANT SELECT ON t TO a;
        CREATE POLICY p ON t TO b;
        DO $$ BEGIN EXECUTE 'GRANT SELECT ON t TO "c c"'; END $$;
    """

    async with load(sql) as schema:
        assert schema.notes == (
            "roles that the schema names were made without any power: 'a', 'b', 'c c'",
        )
        assert [await schema.session.value(_ROLE, name) for name in ("a", "b", "c c")] == [
            False
        ] * 3


@pytest.mark.parametrize("case", cases("owners"))
async def test_objects_are_given_to_roles_that_may_create_nothing(load: Load, case: Case) -> None:
    async with load(case.sql) as schema:
        assert not [note for note in schema.notes if "owner" in note]


async def test_a_privilege_that_was_lent_is_taken_back(load: Load) -> None:
    async with load("CREATE TABLE t (); ALTER TABLE t OWNER TO a") as schema:
        assert await schema.session.value(_OWNER, "public.t") == "a"
        assert not await schema.session.value(
            "SELECT has_schema_privilege('a', 'public', 'CREATE')"
        )


async def test_a_privilege_that_was_granted_is_kept(load: Load) -> None:
    sql = "CREATE TABLE t (); GRANT CREATE ON SCHEMA public TO a; ALTER TABLE t OWNER TO a"

    async with load(sql) as schema:
        assert await schema.session.value("SELECT has_schema_privilege('a', 'public', 'CREATE')")


async def test_privileges_on_objects_of_the_server_are_left_out(load: Load) -> None:
    sql = "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO a; GRANT SELECT ON pg_authid TO a"

    async with load(sql) as schema:
        assert "privileges on what PostgreSQL or an extension made were not loaded" in schema.notes
        assert not await schema.session.value(
            "SELECT has_function_privilege('a', 'pg_read_file(text)', 'EXECUTE')"
        )


@pytest.mark.parametrize("case", cases("new_roles"))
async def test_roles_that_are_created_get_a_server_of_their_own(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    async with load(case.sql) as schema:
        assert await schema.session.value("SELECT has_table_privilege('a', 'public.t', 'SELECT')")
        assert await traces() == before


async def test_memberships_are_loaded(load: Load) -> None:
    async with load("CREATE ROLE a; CREATE ROLE b IN ROLE a; GRANT b TO c") as schema:
        assert await schema.session.value("SELECT pg_has_role('c', 'a', 'MEMBER')")


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE ROLE a SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS",
        "CREATE ROLE a; ALTER ROLE a SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS",
    ],
)
async def test_no_role_of_a_script_has_power(load: Load, sql: str) -> None:
    async with load(sql) as schema:
        assert await schema.session.value(_ROLE, "a") is False
        assert schema.notes == (
            "role 'a' is without BYPASSRLS, CREATEDB, CREATEROLE, REPLICATION, SUPERUSER",
        )


@pytest.mark.parametrize("case", cases("role_powers"))
async def test_no_block_takes_power_even_on_a_server_of_its_own(
    load: Load, traces: Traces, case: Case
) -> None:
    before = await traces()

    with pytest.raises(InvalidSqlError, match=r"permission denied|must be|Only roles"):
        async with load(case.sql):
            pass

    assert await traces() == before


@pytest.mark.parametrize("role", ["pg_execute_server_program", "shadow_superuser"])
async def test_nothing_is_given_to_a_role_of_the_server(load: Load, role: str) -> None:
    sql = f"""
        CREATE FUNCTION f() RETURNS text SECURITY DEFINER LANGUAGE sql AS 'SELECT current_user';
        ALTER FUNCTION f() OWNER TO {role}
    """

    async with load(sql) as schema:
        owner = "SELECT pg_get_userbyid(proowner)::text FROM pg_proc WHERE proname = 'f'"
        assert await schema.session.value(owner) == schema.owner
        assert schema.notes == (f"owner {role!r} was not set: it is a role of the server",)


async def test_loads_at_the_same_time_do_not_meet(shadow: Shadow, traces: Traces) -> None:
    before = await traces()
    script = Script("a.sql", lambda: io.BytesIO(_SHARED))

    async def owner() -> str:
        async with shadow.cluster() as cluster, loaded([script], cluster) as schema:
            return await schema.session.value(_OWNER, "public.t")

    assert await asyncio.gather(*(owner() for _ in range(4))) == ["a"] * 4
    assert await traces() == before


async def test_a_stub_lives_as_long_as_a_load_that_uses_it(shadow: Shadow, traces: Traces) -> None:
    before = await traces()
    script = Script("a.sql", lambda: io.BytesIO(b"CREATE TABLE t (); ALTER TABLE t OWNER TO a"))

    async with shadow.cluster() as cluster, loaded([script], cluster) as first:
        async with loaded([script], cluster):
            pass
        owner = await first.session.value(_OWNER, "public.t")

    assert owner == "a"
    assert await traces() == before
