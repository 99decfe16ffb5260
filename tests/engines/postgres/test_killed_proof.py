"""A process that is killed in the middle of a proof: the next start clears away what it left."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from server.engines.postgres.shadow import Shadow

_PROVING = """
import asyncio
import io
import sys
from pathlib import Path

from server.engines.catalog.identity import Identity
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.prove import Plan, prove
from server.engines.migration.step import Step, Verb, segments
from server.engines.postgres.loading.load import loaded
from server.engines.postgres.loading.script import Script
from server.engines.postgres.shadow import Shadow

SLEEPS = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)')"


async def tell(cluster):
    async with await cluster.connect() as session:
        while not await session.value(SLEEPS):
            await asyncio.sleep(0.02)
    print(cluster.address.folder.parent, flush=True)


async def main():
    shadow = Shadow(cache=Path(sys.argv[1]), base=Path(sys.argv[2]))
    script = Script("a.sql", lambda: io.BytesIO(b"CREATE TABLE t (a int)"))
    async with shadow.cluster() as cluster, loaded([script], cluster) as schema:
        ground = await Ground.of(schema)
        telling = asyncio.create_task(tell(cluster))
        step = Step(sql="SELECT pg_sleep(600)", verb=Verb.ALTER, subject=Identity("table", ("t",)))
        await prove(ground, ground, Plan(segments([step]), ()))


asyncio.run(main())
"""


@pytest.fixture
def proving(cache: Path, base: Path) -> Generator["subprocess.Popen[str]", None, None]:
    """A process in the middle of a proof, once it has written where its server is."""
    with subprocess.Popen(
        [sys.executable, "-c", _PROVING, str(cache), str(base)], stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.mark.anyio
async def test_a_proof_that_was_killed_is_cleared_away_by_the_next_start(
    proving: "subprocess.Popen[str]",
    cache: Path,
    base: Path,
    processes_of: Callable[[Path], set[int]],
) -> None:
    assert proving.stdout is not None
    home = Path(proving.stdout.readline().strip())
    for pid in (*_children(proving.pid), proving.pid):
        os.kill(pid, signal.SIGKILL)
    proving.wait()
    orphans = processes_of(home)

    shadow = Shadow(cache=cache, base=base)
    try:
        async with shadow.database():
            left = home.exists()
    finally:
        await shadow.close()

    assert orphans
    assert not left
    assert processes_of(home) == set()


def _children(pid: int) -> list[int]:
    """The watchdog among them, which would clear away by itself."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]
