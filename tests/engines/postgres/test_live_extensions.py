"""Extensions of a live database that the shadow lacks, and what stands in for them."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.pairs import open_pair
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import FileSource, LiveSource, open_source
from server.errors import InvalidSqlError
from server.workspace import Workspace

pytestmark = pytest.mark.anyio

_FUNCTIONS = """
CREATE FUNCTION "Add"(a int, b int DEFAULT 1 + 1) RETURNS int
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT $1 + $2';
CREATE FUNCTION split(text, OUT head text, OUT rest text[], VARIADIC more text[] DEFAULT '{}')
  RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
  AS 'SELECT $1, $2';
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE PROCEDURE tidy(INOUT n int) LANGUAGE plpgsql AS 'BEGIN n := 1; END';
"""
_SIGNATURES = """
SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ') '
  || coalesce(pg_get_function_result(p.oid), '') || ' '
  || p.prokind::text || p.provolatile::text || p.proparallel::text
  || CASE WHEN p.proisstrict THEN ' strict' ELSE '' END
  || CASE WHEN p.prosecdef THEN ' definer' ELSE '' END AS signature
FROM pg_proc p
JOIN pg_depend d ON d.objid = p.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass
JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'own-made' ORDER BY 1
"""


@pytest.fixture(scope="module")
async def field(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    """A server that has extensions which no shadow has."""
    async with shadow.private_cluster() as cluster:
        if cluster.major < 18:
            pytest.skip("extensions are found in other folders since PostgreSQL 18")
        assert isinstance(cluster.address, SocketAddress)
        folder = cluster.address.folder.parent / "field"
        (folder / "extension").mkdir(parents=True)
        for path in (folder, folder / "extension"):
            path.chmod(0o755)
        scripts = {
            "own-made": _FUNCTIONS,
            "own_types": "CREATE TYPE shade AS ENUM ('dark'); CREATE FUNCTION f() RETURNS int "
            "LANGUAGE sql AS 'SELECT 1';",
        }
        for name, script in scripts.items():
            control = folder / "extension" / f"{name}.control"
            control.write_text("default_version = '1.2'\nrelocatable = true\n")
            control.chmod(0o644)
            file = folder / "extension" / f"{name}--1.2.sql"
            file.write_text(script)
            file.chmod(0o644)
        async with await cluster.connect() as session:
            path = f"{folder}:$system"
            await session.script(f"ALTER SYSTEM SET extension_control_path = '{path}'")
            await session.script("SELECT pg_reload_conf()")
        yield cluster


@pytest.fixture
async def owner(field: Cluster) -> AsyncGenerator[Session, None]:
    async with (
        field.database() as database,
        await database.connect(settings={"search_path": "public"}) as session,
    ):
        yield session


@pytest.fixture
async def databases(field: Cluster, owner: Session) -> Mapping[str, LiveDatabase]:
    assert isinstance(field.address, SocketAddress)
    name = await owner.value("SELECT current_database()")
    dsn = f"postgresql://shadow_superuser@/{name}?host={field.address.folder}"
    return {"main": LiveDatabase("main", SecretStr(dsn))}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace([tmp_path])


async def test_a_stub_of_functions_has_their_true_signatures(
    shadow: Shadow, workspace: Workspace, owner: Session, databases: Mapping[str, LiveDatabase]
) -> None:
    await owner.script(
        """CREATE EXTENSION "own-made"; CREATE TABLE t (a int DEFAULT "Add"(1));
        CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();"""
    )

    async with open_source(
        LiveSource("main"), shadow=shadow, workspace=workspace, databases=databases
    ) as schema:
        assert await schema.session.rows(_SIGNATURES) == await owner.rows(_SIGNATURES)
        assert "proven with a stub of extension 'own-made': its code is not here" in schema.notes


async def test_the_other_schema_of_a_pair_finds_the_stub_too(
    shadow: Shadow,
    workspace: Workspace,
    tmp_path: Path,
    owner: Session,
    databases: Mapping[str, LiveDatabase],
) -> None:
    await owner.script('CREATE EXTENSION "own-made"')
    (tmp_path / "a.sql").write_text('CREATE EXTENSION "own-made"; CREATE VIEW v AS SELECT "Add"(1)')

    async with open_pair(
        FileSource("a.sql"),
        LiveSource("main"),
        shadow=shadow,
        workspace=workspace,
        databases=databases,
    ) as pair:
        assert "own-made" in pair.source.notes[0]


async def test_nobody_else_finds_the_stub(
    shadow: Shadow,
    workspace: Workspace,
    tmp_path: Path,
    owner: Session,
    databases: Mapping[str, LiveDatabase],
) -> None:
    await owner.script('CREATE EXTENSION "own-made"')
    (tmp_path / "a.sql").write_text('CREATE EXTENSION "own-made"')
    opened = open_source(
        FileSource("a.sql"), shadow=shadow, workspace=workspace, databases=databases
    )

    async with open_source(
        LiveSource("main"), shadow=shadow, workspace=workspace, databases=databases
    ):
        with pytest.raises(InvalidSqlError, match='extension "own-made" is not available'):
            async with opened:
                pass


async def test_an_extension_with_types_needs_the_operators_own_server(
    shadow: Shadow, workspace: Workspace, owner: Session, databases: Mapping[str, LiveDatabase]
) -> None:
    await owner.script("CREATE EXTENSION own_types")

    with pytest.raises(InvalidSqlError, match="no stub can stand in for its type") as refused:
        async with open_source(
            LiveSource("main"), shadow=shadow, workspace=workspace, databases=databases
        ):
            pass

    assert "`shadow`" in refused.value.next_step


async def test_nothing_of_a_stub_stays_behind(
    shadow: Shadow, workspace: Workspace, owner: Session, databases: Mapping[str, LiveDatabase]
) -> None:
    await owner.script('CREATE EXTENSION "own-made"')

    async with open_source(
        LiveSource("main"), shadow=shadow, workspace=workspace, databases=databases
    ) as schema:
        folder = schema.role.stubs_folder
        assert folder is not None
        assert (folder / "extension" / "own-made.control").exists()

    assert not folder.exists()
