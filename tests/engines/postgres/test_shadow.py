import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import anyio
import pytest

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.binaries import Origin
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.naming import new_name
from server.engines.postgres.shadow import Shadow
from server.errors import RefusedError, UnavailableError

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own(cache: Path, base: Path) -> AsyncGenerator[Shadow, None]:
    """Servers that a test may kill and close."""
    shadow = Shadow(cache=cache, base=base)
    yield shadow
    await shadow.close()


@pytest.fixture
async def theirs(own: Shadow) -> AsyncGenerator[Cluster, None]:
    """A server that plays the operator's own, with the role and database `operator`."""
    async with own.cluster() as cluster, await cluster.connect() as session:
        await session.script("CREATE ROLE operator LOGIN CREATEDB")
        await session.script("CREATE DATABASE operator OWNER operator TEMPLATE template0")
        yield cluster


def _dsn(cluster: Cluster, role: str = "operator") -> str:
    assert isinstance(cluster.address, SocketAddress)
    return f"postgresql://{role}@/operator?host={cluster.address.folder}"


async def _databases(cluster: Cluster) -> set[str]:
    async with await cluster.connect() as session:
        rows = await session.rows("SELECT datname FROM pg_database WHERE datname ~ '^shadow_'")
        return {row["datname"] for row in rows}


async def test_a_fresh_database_is_empty_and_gone_afterwards(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        tables = await session.rows("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")

    assert tables == []
    assert database.name not in await _databases(database.cluster)


async def test_nothing_starts_before_it_is_needed(own: Shadow, base: Path) -> None:
    before = list(base.iterdir())

    async with own.cluster():
        during = list(base.iterdir())

    assert (len(before), len(during)) == (0, 1)


async def test_callers_at_once_share_one_server(own: Shadow, base: Path) -> None:
    names = set[str]()

    async def use() -> None:
        async with own.database() as database, await database.connect() as session:
            names.add(await session.value("SELECT current_database()"))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(use)

    assert len(names) == 8
    assert len(list(base.iterdir())) == 1


async def test_a_cancelled_caller_does_not_take_the_server_from_the_others(
    own: Shadow, shadow: Shadow, base: Path
) -> None:
    begun = list[Path]()
    async with shadow.cluster(), anyio.create_task_group() as group:
        group.start_soon(_use, own)
        with anyio.fail_after(10):
            while not begun:
                await anyio.sleep(0.01)
                begun.extend(base.iterdir())
        group.cancel_scope.cancel()

    async with own.cluster() as cluster:
        assert isinstance(cluster.address, SocketAddress)
        assert [cluster.address.folder.parent] == begun


async def _use(shadow: Shadow) -> None:
    async with shadow.cluster():
        await anyio.sleep_forever()


async def test_a_server_that_died_is_replaced(own: Shadow, base: Path) -> None:
    async with own.cluster() as first, await first.connect() as session:
        assert isinstance(first.address, SocketAddress)
        pid = first.address.folder.parent / "data" / "postmaster.pid"
        os.kill(int(pid.read_text(encoding="utf-8").split()[0]), signal.SIGKILL)
        with pytest.raises(UnavailableError):
            await session.rows("SELECT pg_sleep(60)")
        with anyio.fail_after(5):
            while first.is_running:  # ruff: ignore[async-busy-wait] - the watchdog's report
                await anyio.sleep(0.01)

    async with own.database() as database, await database.connect() as session:
        value = await session.value("SELECT 1")

    assert value == 1
    assert database.cluster.address != first.address
    assert len(list(base.iterdir())) == 1


async def test_a_private_server_shares_no_roles(own: Shadow) -> None:
    async with own.private_cluster() as private, own.cluster() as warm:
        async with await private.connect() as session:
            await session.script("CREATE ROLE alice")
        async with await warm.connect() as session:
            seen = await session.value("SELECT count(*) FROM pg_roles WHERE rolname = 'alice'")

    assert seen == 0


async def test_a_private_server_ends_with_its_block(own: Shadow, base: Path) -> None:
    async with own.private_cluster():
        during = len(list(base.iterdir()))

    assert (during, len(list(base.iterdir()))) == (1, 0)


async def test_closing_ends_every_warm_server(
    own: Shadow, base: Path, processes_of: Callable[[Path], set[int]]
) -> None:
    async with own.cluster():
        pass

    await own.close()

    assert list(base.iterdir()) == []
    assert processes_of(base) == set()


async def test_closing_ends_a_server_that_is_being_started(
    own: Shadow, base: Path, processes_of: Callable[[Path], set[int]]
) -> None:
    with anyio.move_on_after(0.05):
        async with own.cluster():
            pass

    await own.close()

    assert list(base.iterdir()) == []
    assert processes_of(base) == set()


async def test_the_operators_server_holds_the_databases(theirs: Cluster, cache: Path) -> None:
    shadow = Shadow(cache=cache, own_server=_dsn(theirs))

    async with shadow.database() as database:
        during = await _databases(theirs)
    await shadow.close()

    assert database.cluster.origin is Origin.OPERATOR
    assert (during, await _databases(theirs)) == ({database.name}, set())
    assert theirs.is_running


async def test_the_operators_server_keeps_its_roles(theirs: Cluster, cache: Path) -> None:
    shadow = Shadow(cache=cache, own_server=_dsn(theirs))

    with pytest.raises(RefusedError, match="roles"):
        async with shadow.private_cluster():
            pytest.fail("it was handed out")


async def test_the_operators_role_must_be_allowed_to_create_databases(
    theirs: Cluster, cache: Path
) -> None:
    async with await theirs.connect() as session:
        await session.script("ALTER ROLE operator NOCREATEDB")

    with pytest.raises(UnavailableError, match="CREATEDB"):
        async with Shadow(cache=cache, own_server=_dsn(theirs)).cluster():
            pytest.fail("it was handed out")


@pytest.mark.parametrize("role", ["operator", "shadow_superuser"])
async def test_what_a_database_was_told_does_not_bend_the_operators_sessions(
    theirs: Cluster, cache: Path, role: str
) -> None:
    async with Shadow(cache=cache, own_server=_dsn(theirs, role)).database() as database:
        async with await database.connect() as session:
            await session.script(f"ALTER DATABASE {database.name} SET search_path = public")
        async with await database.connect() as session:
            path = await session.value("SHOW search_path")

    assert not path


async def test_what_a_dead_process_left_on_the_operators_server_goes_after_a_day(
    theirs: Cluster, cache: Path
) -> None:
    old, recent, foreign = (
        "shadow_00000001_0123456789abcdef",
        new_name(),
        "shadow_of_the_colossus",
    )
    async with await theirs.connect() as session:
        await session.script(f"CREATE DATABASE {old} OWNER operator TEMPLATE template0")
        await session.script(f"CREATE DATABASE {recent} OWNER operator TEMPLATE template0")
        await session.script(f"CREATE DATABASE {foreign} OWNER operator TEMPLATE template0")

    async with Shadow(cache=cache, own_server=_dsn(theirs)).cluster():
        left = await _databases(theirs)

    assert left == {recent, foreign}


async def test_an_operators_server_out_of_reach_is_an_error_without_its_secret(
    cache: Path,
) -> None:
    shadow = Shadow(cache=cache, own_server="postgresql://u:hunter2@127.0.0.1:1/postgres")

    with pytest.raises(UnavailableError) as caught:
        async with shadow.cluster():
            pytest.fail("it was reached")

    assert "hunter2" not in str(caught.value)


async def test_a_start_that_failed_is_tried_again_at_the_next_use(
    cache: Path, tmp_path: Path, base: Path
) -> None:
    later = tmp_path / "cache"
    later.touch()
    shadow = Shadow(cache=later, base=base)
    with pytest.raises(UnavailableError, match="File exists"):
        async with shadow.cluster():
            pytest.fail("there is no place for the template")
    later.unlink()
    shutil.copytree(cache, later)

    async with shadow.cluster() as cluster:
        assert cluster.is_running
    await shadow.close()


async def test_an_operators_folder_without_a_server_is_named(cache: Path, tmp_path: Path) -> None:
    shadow = Shadow(cache=cache, preferred=tmp_path)

    with pytest.raises(UnavailableError, match=str(tmp_path)):
        async with shadow.cluster():
            pytest.fail("it was handed out")


async def test_a_dead_leftover_is_swept_at_the_first_start(own: Shadow, base: Path) -> None:
    leftover = base / "sb-leftover"
    leftover.mkdir()
    (leftover / "owner").touch()

    async with own.cluster():
        assert not leftover.exists()


def test_the_operators_server_needs_no_unix_modules() -> None:
    script = (
        "import sys; sys.modules |= dict.fromkeys(('fcntl', 'pwd')); "
        "import server.engines.postgres.shadow"
    )

    ran = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)

    assert ran.returncode == 0
