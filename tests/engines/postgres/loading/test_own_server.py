"""The operator's own server: what is foreign has no more rights there than on ours."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import open_source, parse_source
from server.errors import InvalidSqlError, RefusedError
from server.workspace import Workspace

pytestmark = pytest.mark.anyio

_ROLES = "SELECT string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE rolname !~ '^pg_'"


@pytest.fixture
async def own(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster() as cluster, await cluster.connect() as session:
        await session.script("CREATE DATABASE own TEMPLATE template0")
        yield cluster


async def load(own: Cluster, user: str, sql: str, cache: Path, folder: Path) -> tuple[str, ...]:
    """Load into the operator's server as seen by a role of it; returns the notes."""
    assert isinstance(own.address, SocketAddress)
    url = f"postgresql://{user}@/own?host={own.address.folder}"
    (folder / "a.sql").write_text(sql, encoding="utf-8")
    shadow = Shadow(cache=cache, own_server=url)
    try:
        async with open_source(
            parse_source("file:a.sql"), shadow=shadow, workspace=Workspace([folder]), databases={}
        ) as schema:
            assert await schema.session.value("SELECT count(*) FROM pg_class WHERE relname = 't'")
            return schema.notes
    finally:
        await shadow.close()


async def test_a_superuser_makes_a_role_that_has_no_power(
    own: Cluster, cache: Path, tmp_path: Path
) -> None:
    sql = """
        CREATE TABLE t (); ALTER TABLE t OWNER TO a;
        DO $$ BEGIN ASSERT NOT (SELECT usesuper FROM pg_user WHERE usename = session_user); END $$;
    """

    notes = await load(own, "shadow_superuser", sql, cache, tmp_path)

    assert notes == ("roles that the schema names were made without any power: 'a'",)
    async with await own.connect() as session:
        assert await session.value(_ROLES) == "shadow_superuser"


async def test_a_real_role_of_that_server_is_not_taken_over(
    own: Cluster, cache: Path, tmp_path: Path
) -> None:
    async with await own.connect() as session:
        await session.script("CREATE ROLE app")

    notes = await load(
        own, "shadow_superuser", "CREATE TABLE t (); ALTER TABLE t OWNER TO app", cache, tmp_path
    )

    assert notes == ("owner 'app' was not set: it is a role of the server",)


async def test_roles_are_not_created_on_that_server(
    own: Cluster, cache: Path, tmp_path: Path
) -> None:
    with pytest.raises(RefusedError, match="roles"):
        await load(own, "shadow_superuser", "CREATE ROLE a", cache, tmp_path)


async def test_a_plain_role_loads_as_itself(own: Cluster, cache: Path, tmp_path: Path) -> None:
    async with await own.connect() as session:
        await session.script("CREATE ROLE plain LOGIN CREATEDB")

    assert await load(own, "plain", "CREATE TABLE t ()", cache, tmp_path) == ()
    with pytest.raises(InvalidSqlError, match="permission denied"):
        await load(own, "plain", "CREATE TABLE t AS SELECT pg_read_file('x')", cache, tmp_path)


async def test_a_role_that_reaches_files_does_not_load(
    own: Cluster, cache: Path, tmp_path: Path
) -> None:
    async with await own.connect() as session:
        await session.script("CREATE ROLE mighty LOGIN CREATEDB IN ROLE pg_execute_server_program")

    with pytest.raises(RefusedError, match="files or programs"):
        await load(own, "mighty", "CREATE TABLE t ()", cache, tmp_path)
