"""Servers whose own defenses are weaker: before 16 for roles, before 17 for event triggers."""

import io

import pytest

from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.run import RoleChangeNeededError
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow
from server.errors import InvalidSqlError
from tests.engines.postgres.loading.case import Case, cases

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("old_server")]

_OLD = 15


def script(sql: str) -> list[Script]:
    return [Script("a.sql", lambda: io.BytesIO(sql.encode()))]


@pytest.fixture
async def old_server(shadow: Shadow) -> None:
    async with shadow.cluster(major=_OLD) as cluster:
        if cluster.major != _OLD:
            pytest.skip(f"no PostgreSQL {_OLD} is on this machine")


async def test_no_event_trigger_fires_for_the_superuser_while_loading(shadow: Shadow) -> None:
    sql = """
        CREATE FUNCTION t() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
          IF (SELECT usesuper FROM pg_user WHERE usename = current_user) THEN
            RAISE EXCEPTION 'foreign code runs as %', current_user;
          END IF;
        END $$;
        CREATE EVENT TRIGGER a ON ddl_command_start EXECUTE FUNCTION t();
        ALTER EVENT TRIGGER a ENABLE ALWAYS;
        CREATE PUBLICATION p FOR ALL TABLES;
        CREATE FOREIGN DATA WRAPPER w;
        COMMENT ON EVENT TRIGGER a IS 'x';
    """

    async with shadow.cluster(major=_OLD) as cluster, loaded(script(sql), cluster) as schema:
        assert await schema.session.value("SELECT count(*) FROM pg_event_trigger") == 1


@pytest.mark.parametrize("case", cases("role_powers"))
async def test_nobody_takes_power_where_creating_roles_would_give_it(
    shadow: Shadow, case: Case
) -> None:
    async with shadow.cluster(major=_OLD) as cluster:
        with pytest.raises((InvalidSqlError, RoleChangeNeededError)):
            async with loaded(script(case.sql), cluster, is_private=True):
                pass


async def test_roles_are_made_for_the_script_without_power(shadow: Shadow) -> None:
    sql = """
        CREATE ROLE a SUPERUSER CREATEROLE; CREATE ROLE b IN ROLE a; GRANT b TO c;
        GRANT pg_execute_server_program TO a; GRANT shadow_superuser TO a, b, c;
        CREATE TABLE t (); ALTER TABLE t OWNER TO c;
    """

    async with (
        shadow.private_cluster(major=_OLD) as cluster,
        loaded(script(sql), cluster, is_private=True) as schema,
    ):
        assert await schema.session.value("SELECT pg_has_role('c', 'a', 'MEMBER')")
        assert not await schema.session.value(
            "SELECT bool_or(rolsuper OR rolcreaterole OR "
            "pg_has_role(oid, 'pg_execute_server_program', 'MEMBER') OR "
            "pg_has_role(oid, 'shadow_superuser', 'MEMBER')) "
            "FROM pg_roles WHERE rolname IN ('a', 'b', 'c')"
        )


async def test_what_dials_out_is_replaced_by_a_wrapper(shadow: Shadow) -> None:
    sql = """
        CREATE EXTENSION postgres_fdw; CREATE EXTENSION IF NOT EXISTS postgres_fdw;
        CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;
        CREATE FOREIGN TABLE f (a int) SERVER s;
    """

    async with shadow.cluster(major=_OLD) as cluster, loaded(script(sql), cluster) as schema:
        assert schema.notes == (
            "extension 'postgres_fdw' was replaced by a wrapper that connects to nothing",
        )
