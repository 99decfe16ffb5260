"""The session that a plan is applied in, alone in its database and gone when the block ends."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

import anyio

from server.engines.migration.apply.journal import ensure_journal
from server.engines.migration.apply.lock import alone
from server.engines.migration.apply.patience import Patience
from server.engines.migration.apply.watch import Watch, watching
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.session import Session, StatementError
from server.errors import UnavailableError

_SETTLE_SECONDS = 5
_GONE_SECONDS = 5
_STEP_SECONDS = 0.02
_STARTED = """
SELECT backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()
"""
_THERE = "SELECT 1 FROM pg_catalog.pg_stat_activity WHERE pid = $1 AND backend_start = $2"
_END = """
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
WHERE pid = $1 AND backend_start = $2
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a run works with."""

    live: LiveDatabase
    session: Session
    watch: Watch
    patience: Patience
    backend_start: datetime

    async def settle(self) -> None:
        """Wait until the server has given up the statement of a call that was canceled."""
        with (
            anyio.move_on_after(_SETTLE_SECONDS, shield=True) as patience,
            suppress(UnavailableError, StatementError),
        ):
            await self.session.value("SELECT 1")
        if patience.cancelled_caught:
            await _end(self.live, self.session.pid, self.backend_start)


@asynccontextmanager
async def opened(
    live: LiveDatabase, stage: Callable[[str], None], patience: Patience
) -> AsyncGenerator[Desk, None]:
    """Hold the session, its lock and a journal to write in.

    Raises:
        RefusedError: another run holds the lock, or the journal cannot be kept.
        UnavailableError: the server is not reached.
    """
    async with live.write() as session:
        pid, started = session.pid, await session.value(_STARTED)
        try:
            async with alone(session, live.name):
                await ensure_journal(session, live.name)
                # Often enough to see a wait that ends with the lock timeout.
                every = min(0.5, patience.lock_timeout_ms / 4000)
                async with watching(live, pid, stage, every=every) as watch:
                    yield Desk(live, session, watch, patience, started)
        finally:
            await session.close()
            await _end(live, pid, started)


async def _end(live: LiveDatabase, pid: int, started: datetime) -> None:
    """See to it that the server's side of the session is gone, and the lock with it."""
    with (
        anyio.move_on_after(_GONE_SECONDS, shield=True),
        suppress(UnavailableError, StatementError),
    ):
        async with live.read() as reader:
            await anyio.sleep(_STEP_SECONDS)
            while await reader.rows(_THERE, pid, started):
                await reader.rows(_END, pid, started)
                await anyio.sleep(_STEP_SECONDS)
