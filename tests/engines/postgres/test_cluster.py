import os
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.binaries import Binaries, find_binaries, places
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from server.errors import UnavailableError

pytestmark = pytest.mark.anyio

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as another user")


async def _databases(cluster: Cluster) -> set[str]:
    async with await cluster.connect() as session:
        return {row["datname"] for row in await session.rows("SELECT datname FROM pg_database")}


async def test_a_server_says_what_it_is(shadow: Shadow, binaries: Binaries) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        version = session.version

    assert cluster.version == version == binaries.version
    assert cluster.major == binaries.major
    assert (cluster.binaries.folder / "pg_dump").exists()


@pytest.mark.parametrize("major", [14, 15, 16, 17])
async def test_a_server_of_another_version_holds_databases(shadow: Shadow, major: int) -> None:
    found = find_binaries(places(), major=major)
    if found.major != major:
        pytest.skip(f"no PostgreSQL {major} on this machine")

    async with shadow.private_cluster(major=major) as cluster:
        async with await cluster.connect() as session:
            await session.script("CREATE ROLE loader LOGIN")
        async with (
            cluster.database(owner="loader") as database,
            await database.connect(user="loader") as session,
        ):
            seen = (session.major, await session.value("SELECT current_user"))

    assert seen == (major, "loader")


async def test_a_stopped_server_leaves_nothing(
    binaries: Binaries, cache: Path, base: Path, processes_of: Callable[[Path], set[int]]
) -> None:
    cluster = await Cluster.start(binaries, cache, base=base)
    while_running = processes_of(base)

    await cluster.stop()

    assert len(while_running) >= 2
    assert processes_of(base) == set()
    assert list(base.iterdir()) == []


async def test_a_server_stops_while_sessions_are_busy(
    binaries: Binaries, cache: Path, base: Path
) -> None:
    cluster = await Cluster.start(binaries, cache, base=base)

    async with await cluster.connect() as session, anyio.create_task_group() as group:
        group.start_soon(_is_interrupted, session)
        await anyio.wait_all_tasks_blocked()
        await cluster.stop()

    assert list(base.iterdir()) == []


async def _is_interrupted(session: Session) -> None:
    with pytest.raises(UnavailableError):
        await session.rows("SELECT pg_sleep(60)")


async def test_a_cancelled_start_leaves_nothing(
    binaries: Binaries, base: Path, processes_of: Callable[[Path], set[int]], tmp_path: Path
) -> None:
    with anyio.move_on_after(0.15):
        await Cluster.start(binaries, tmp_path / "cache", base=base)

    assert processes_of(base) == set()
    assert list(base.iterdir()) == []


async def test_a_folder_too_deep_for_a_socket_is_refused(
    binaries: Binaries, cache: Path, base: Path
) -> None:
    deep = base / ("d" * 90)
    deep.mkdir()

    with pytest.raises(UnavailableError, match="path of a socket"):
        await Cluster.start(binaries, cache, base=deep)


async def test_a_server_hears_no_network(shadow: Shadow) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        listens = await session.value("SHOW listen_addresses")

    assert not listens


async def test_a_server_does_not_get_our_environment(
    binaries: Binaries,
    cache: Path,
    base: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "hunter2")
    cluster = await Cluster.start(binaries, cache, base=base)

    async with await cluster.connect() as session:
        await session.script("CREATE TEMP TABLE seen (line text); COPY seen FROM PROGRAM 'env'")
        lines = await session.rows("SELECT line FROM pg_temp.seen")
    await cluster.stop()

    assert "hunter2" not in str(lines)


async def test_others_cannot_enter_the_folder_of_a_server(shadow: Shadow) -> None:
    async with shadow.cluster() as cluster:
        assert isinstance(cluster.address, SocketAddress)
        home = cluster.address.folder.parent

    assert home.stat().st_mode & 0o007 == 0
    assert [entry.stat().st_mode & 0o077 for entry in (home / "data", home / "s")] == [0, 0]


@as_root
async def test_as_root_the_server_runs_under_another_account(shadow: Shadow) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        status = Path(f"/proc/{session.pid}/status").read_text(encoding="utf-8")

    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert "0" not in uids


@as_root
async def test_as_root_the_superuser_reads_no_file_of_roots(shadow: Shadow, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    secret.chmod(0o600)

    async with shadow.cluster() as cluster, await cluster.connect() as session:
        with pytest.raises(StatementError, match="Permission denied"):
            await session.value("SELECT pg_read_file($1)", str(secret))


@as_root
async def test_as_root_programs_of_the_server_write_no_file_of_roots(
    shadow: Shadow, base: Path
) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        with pytest.raises(StatementError, match="failed"):
            await session.script(f"COPY (SELECT 1) TO PROGRAM 'cat > {base}/written'")

    assert list(base.iterdir()) == []


@as_root
async def test_as_root_the_server_cannot_change_its_own_programs(shadow: Shadow) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        program = Path(f"/proc/{session.pid}/exe").readlink()
        with pytest.raises(StatementError, match="failed"):
            await session.script(f"COPY (SELECT 1) TO PROGRAM 'cat > {program.parent}/psql'")
        with pytest.raises(StatementError, match="failed"):
            await session.script(f"COPY (SELECT 1) TO PROGRAM 'touch {program.parent}/new'")


@as_root
async def test_as_root_the_server_cannot_log_in_to_itself(shadow: Shadow) -> None:
    async with shadow.cluster() as cluster, await cluster.connect() as session:
        assert isinstance(cluster.address, SocketAddress)
        program = Path(f"/proc/{session.pid}/exe").readlink().with_name("psql")
        login = f"{program} -h {cluster.address.folder} -U shadow_superuser -c 'SELECT 1' postgres"

        with pytest.raises(StatementError, match="failed"):
            await session.script(
                f"COPY (SELECT 1) TO PROGRAM '{login.replace(chr(39), chr(39) * 2)}'"
            )


async def test_a_plain_role_gets_into_its_own_database_only(shadow: Shadow) -> None:
    async with shadow.private_cluster() as cluster:
        async with await cluster.connect() as session:
            await session.script("CREATE ROLE loader LOGIN")
        async with cluster.database(owner="loader") as database:
            async with await database.connect(user="loader") as session:
                owned = await session.value("SELECT current_user")

            with pytest.raises(UnavailableError, match="reject"):
                await cluster.connect("postgres", user="loader")

    assert owned == "loader"


async def test_a_clone_has_what_its_template_has(shadow: Shadow) -> None:
    async with shadow.database() as source:
        async with await source.connect() as session:
            await session.script("CREATE TABLE public.t ()")
        async with (
            source.cluster.database(template=source.name) as clone,
            await clone.connect() as session,
        ):
            copied = await session.value("SELECT to_regclass('public.t')::text")

    assert copied == "public.t"


@pytest.mark.parametrize(
    "obstacle",
    [
        "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)",
        "ALTER DATABASE {} IS_TEMPLATE true",
        "ALTER DATABASE {} CONNECTION LIMIT 0",
    ],
)
async def test_a_database_is_dropped_whatever_was_done_in_it(shadow: Shadow, obstacle: str) -> None:
    async with shadow.database() as database, await database.connect() as session:
        await session.script(obstacle.format(database.name))

    assert database.name not in await _databases(database.cluster)


async def test_a_database_is_dropped_under_open_sessions(shadow: Shadow) -> None:
    async with shadow.database() as database:
        session = await database.connect()

    assert database.name not in await _databases(database.cluster)
    await session.close()


async def test_a_database_is_dropped_when_its_holder_is_cancelled(shadow: Shadow) -> None:
    held: list[str] = []

    with anyio.CancelScope() as scope:
        async with shadow.database() as database, await database.connect() as session:
            held.append(database.name)
            scope.cancel()
            await session.rows("SELECT pg_sleep(60)")

    async with shadow.cluster() as cluster:
        assert held[0] not in await _databases(cluster)


async def test_what_a_database_was_told_does_not_bend_the_superusers_session(
    shadow: Shadow,
) -> None:
    async with shadow.database() as database, await database.connect() as session:
        await session.script("CREATE SCHEMA trap; CREATE ROLE trapped")
        for setting in ("search_path = trap", "role = trapped", "statement_timeout = 1"):
            await session.script(f"ALTER DATABASE {database.name} SET {setting}")
        async with await database.connect() as later:
            told = await later.rows(
                "SELECT current_user, current_schemas(false) AS path, pg_sleep(0.01)"
            )
        await session.script("DROP ROLE trapped")

    assert (told[0]["current_user"], told[0]["path"]) == ("shadow_superuser", [])


async def test_an_event_trigger_of_a_foreign_schema_never_runs(shadow: Shadow) -> None:
    async with shadow.database() as database:
        async with await database.connect() as session:
            await session.script(
                "CREATE FUNCTION public.f() RETURNS event_trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE 'ran'; END $$;"
                "CREATE EVENT TRIGGER t ON login EXECUTE FUNCTION public.f();"
                "CREATE EVENT TRIGGER d ON ddl_command_start EXECUTE FUNCTION public.f()"
            )
        async with await database.connect() as session:
            await session.script("CREATE TABLE public.t ()")
