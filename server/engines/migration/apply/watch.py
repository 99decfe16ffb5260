"""A second session beside the one that works: what it waits for, and how far an index is built."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import anyio

from server.engines.migration.apply.blockers import Blocker, blocking
from server.engines.postgres.live import LiveDatabase, LiveReader
from server.engines.postgres.session import Row, StatementError
from server.errors import UnavailableError

_WORK = """
SELECT coalesce(a.wait_event_type = 'Lock', false) AS waits, p.phase,
  p.blocks_done::float8 / nullif(p.blocks_total, 0) AS blocks,
  p.tuples_done::float8 / nullif(p.tuples_total, 0) AS tuples
FROM pg_catalog.pg_stat_activity a
LEFT JOIN pg_catalog.pg_stat_progress_create_index p ON p.pid = a.pid
WHERE a.pid = $1
"""


@dataclass(slots=True)
class Watch:
    """What the last looks found; `task` is said in front of it."""

    stage: Callable[[str], None]
    task: str = ""
    blockers: tuple[Blocker, ...] = ()

    def begin(self, task: str) -> None:
        """Forget who was in the way: another statement starts."""
        self.task, self.blockers = task, ()
        self.stage(task)

    def see(self, work: Row, blockers: tuple[Blocker, ...]) -> None:
        """Take in one look."""
        self.blockers = blockers or self.blockers
        waits = f", waits for {blockers[0]}" if blockers else ""
        self.stage(f"{self.task}{_progress(work)}{waits}")


@asynccontextmanager
async def watching(
    live: LiveDatabase, pid: int, stage: Callable[[str], None], *, every: float
) -> AsyncGenerator[Watch, None]:
    """Watch the server process `pid` every so many seconds until the block ends."""
    watch = Watch(stage)
    looking = asyncio.create_task(_look(live, pid, watch, every))
    try:
        yield watch
    finally:
        looking.cancel()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(looking, return_exceptions=True)


async def _look(live: LiveDatabase, pid: int, watch: Watch, every: float) -> None:
    # What it sees only explains: without it the work goes on.
    with suppress(StatementError, UnavailableError):
        async with live.read() as reader:
            while True:
                await _glance(reader, pid, watch)
                await asyncio.sleep(every)


async def _glance(reader: LiveReader, pid: int, watch: Watch) -> None:
    for work in await reader.rows(_WORK, pid):
        # Asking who blocks holds up the lock manager for everyone, so only where something waits.
        found = await blocking(reader, pid) if work["waits"] else ()
        if work["phase"] or found:
            watch.see(work, found)


def _progress(work: Row) -> str:
    if not work["phase"]:
        return ""
    part = work["tuples"] if work["tuples"] is not None else work["blocks"]
    percent = "" if part is None else f" {part:.0%}"
    return f": {work['phase']}{percent}"
