"""How much a load may take before it counts as an attack, or as an accident."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, TypeVar

import anyio

from server.engines.postgres.address import SocketAddress
from server.engines.postgres.cluster import Database
from server.engines.postgres.session import Session
from server.errors import InvalidInputError

T = TypeVar("T")

_GLANCE_SECONDS = 0.2
_SEGMENT_SECONDS = 0.5
_MOST_MORE_SECONDS = 600.0
_SIZE = "SELECT pg_catalog.pg_database_size(oid) FROM pg_catalog.pg_database WHERE datname = $1"
# Parallel workers are processes of their own.
_PROCESSES = """
SELECT pid FROM pg_catalog.pg_stat_activity
WHERE datname = $1 AND pid <> $2 AND pid <> pg_catalog.pg_backend_pid()
"""
_END = "SELECT pg_catalog.pg_terminate_backend($1)"


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """Bounds of one load; the time includes reading, `catalog_bytes` are those of its texts."""

    seconds: float = 300.0
    statement_seconds: float = 60.0
    database_bytes: int = 2 << 30
    memory_bytes: int = 1 << 30
    catalog_bytes: int = 128 << 20
    objects: int = 1_000_000

    def for_segments(self, count: int) -> Self:
        """Return them with more time, up to an end: a schema is read after each of its segments."""
        more = min(count * _SEGMENT_SECONDS, _MOST_MORE_SECONDS)
        return replace(self, seconds=self.seconds + more)


DEFAULT_LIMITS = LoadLimits()


class LimitReachedError(InvalidInputError):
    """The work was cancelled and its sessions ended; `reason` is the limit, in words."""

    def __init__(self, refusal: str, reason: str) -> None:
        """Say what was not done, and why."""
        super().__init__(
            f"{refusal}: {reason}.",
            next_step="Give the schema without what computes or fills tables.",
        )
        self.reason = reason


async def bounded(
    work: Callable[[], Awaitable[T]],
    *,
    limits: LoadLimits,
    database: Database,
    spared: int,
    refusal: str = "The schema was not loaded",
) -> T:
    """Return what `work` returns, unless it takes too long, too much memory or too much disk.

    Every process in the database counts, but for our own, whose id is `spared`.

    Raises:
        LimitReachedError: the work was cancelled and its sessions ended.
    """
    breach: list[str] = []
    with anyio.move_on_after(limits.seconds) as scope:
        async with database.cluster.maintenance() as watcher:
            watch = _Watch(watcher, database, limits, spared)
            watching = asyncio.create_task(watch.until_breach(scope, breach))
            try:
                return await work()
            finally:
                watching.cancel()
                with anyio.CancelScope(shield=True):
                    await asyncio.gather(watching, return_exceptions=True)
                    await watch.end_processes()
    reason = breach[0] if breach else f"it did not end within {limits.seconds:g} s"
    raise LimitReachedError(refusal, reason)


@dataclass(frozen=True, slots=True)
class _Watch:
    """Looks at what a load takes, from a session of its own."""

    watcher: Session
    database: Database
    limits: LoadLimits
    spared: int

    async def until_breach(self, scope: anyio.CancelScope, breach: list[str]) -> None:
        """End the sessions and cancel the scope as soon as too much is taken."""
        while not (reason := await self._breach()):  # ruff: ignore[async-busy-wait] - it is asked
            await anyio.sleep(_GLANCE_SECONDS)
        breach.append(reason)
        scope.cancel()

    async def end_processes(self) -> None:
        """End the loader's sessions: a loop in there may swallow a mere cancellation."""
        for pid in await self._pids():
            await self.watcher.value(_END, pid)

    async def _breach(self) -> str:
        name, limits = self.database.name, self.limits
        if (await self.watcher.value(_SIZE, name) or 0) > limits.database_bytes:
            return f"its database grew beyond {limits.database_bytes:,} bytes"
        if _resident(await self._pids()) > limits.memory_bytes and self._is_here:
            return f"it took more than {limits.memory_bytes:,} bytes of memory"
        return ""

    @property
    def _is_here(self) -> bool:
        return isinstance(self.database.cluster.address, SocketAddress)

    async def _pids(self) -> list[int]:
        found = await self.watcher.rows(_PROCESSES, self.database.name, self.spared)
        return [row["pid"] for row in found]


def _resident(pids: Iterable[int]) -> int:
    """Return the bytes of memory in use where the kernel tells them in files, else nothing."""
    pages = 0
    for pid in pids:
        with suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
