"""Prints how long a throw-away PostgreSQL takes: the first time ever, afterwards, per database.

Targets: under 6 s the first time, under 1 s afterwards.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio

from server.engines.postgres.shadow import Shadow

_ROUNDS = 5
_TICK_SECONDS = 0.001


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _longest_block(until: anyio.Event) -> float:
    """Measure the longest time for which the event loop did nothing else."""
    longest = 0.0
    while not until.is_set():
        longest = max(longest, await _seconds(lambda: asyncio.sleep(_TICK_SECONDS)))
    return longest - _TICK_SECONDS


async def _query(shadow: Shadow) -> None:
    async with shadow.database() as database, await database.connect() as session:
        await session.value("SELECT 1")


async def _start(cache: Path) -> tuple[float, float, float]:
    """Return the seconds to a first answer, the longest block of the loop, and to stop."""
    shadow, done = Shadow(cache=cache), anyio.Event()
    watch = asyncio.create_task(_longest_block(done))
    started = await _seconds(lambda: _query(shadow))
    stopped = await _seconds(shadow.close)
    done.set()
    return started, await watch, stopped


async def _main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder) / "cache"
        _print("first time ever", *await _start(cache))
        for _ in range(_ROUNDS):
            _print("afterwards", *await _start(cache))
        shadow = Shadow(cache=cache)
        await _query(shadow)
        for _ in range(_ROUNDS):
            print(f"database, one query, drop: {await _seconds(lambda: _query(shadow)):.3f} s")
        await shadow.close()


def _print(what: str, started: float, blocked: float, stopped: float) -> None:
    print(
        f"{what}: first answer {started:.2f} s, stop {stopped:.2f} s, "
        f"event loop held up at most {blocked * 1000:.0f} ms"
    )


if __name__ == "__main__":
    sys.exit(anyio.run(_main))
