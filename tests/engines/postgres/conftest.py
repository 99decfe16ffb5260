"""Folders and programs for tests that start servers of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest

from server.engines.postgres.binaries import Binaries, find_binaries, places

_DEADLINE_SECONDS = 10
_OWNER = """
import sys
from pathlib import Path

import anyio

from server.engines.postgres.shadow import Shadow


async def main():
    shadow = Shadow(cache=Path(sys.argv[1]), base=Path(sys.argv[2]))
    async with shadow.database() as database:
        print(database.cluster.address.folder.parent, flush=True)
        await anyio.sleep_forever()


anyio.run(main)
"""


@pytest.fixture
def base() -> Generator[Path, None, None]:
    """A folder with a short path, which the server's account can enter too."""
    folder = Path(tempfile.mkdtemp(prefix="t", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    return find_binaries(places())


@pytest.fixture
def owner(
    cache: Path, base: Path, eventually: Callable[[Callable[[], bool]], None]
) -> Generator["subprocess.Popen[str]", None, None]:
    """A process that holds a server open; its first line names the server's folder."""
    with subprocess.Popen(
        [sys.executable, "-c", _OWNER, str(cache), str(base)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()
    eventually(lambda: not list(base.iterdir()))


@pytest.fixture
def home(owner: "subprocess.Popen[str]") -> Path:
    """The folder of the server that `owner` holds open."""
    assert owner.stdout is not None
    return Path(owner.stdout.readline().strip())


@pytest.fixture
def processes_of() -> Callable[[Path], set[int]]:
    """The processes that were started with a folder in their command, or work in it."""

    if not Path("/proc/self").exists():
        pytest.skip("processes are told apart by /proc")

    def find(folder: Path) -> set[int]:
        found = set[int]()
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes()
                # A working folder that was removed is shown with a remark behind it.
                works_there = str((entry / "cwd").readlink()).startswith(str(folder))
                if works_there or os.fsencode(folder) in words:
                    found.add(int(entry.name))
        return found - {os.getpid()}

    return find


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until a condition holds, or fail."""

    def wait(holds: Callable[[], bool], seconds: float = _DEADLINE_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)

    return wait
