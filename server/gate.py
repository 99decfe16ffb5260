"""Admission: heavy work shares the machine, a measurement has it alone, queues are bounded."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import anyio

from server.errors import UnavailableError


class Gate:
    """Lets `width` shared jobs run at once, or one that measures alone; the rest waits in line."""

    def __init__(self, *, width: int = 2, queue: int = 16) -> None:
        """`width` bounds the shared jobs that run, `queue` all who wait."""
        self._width = width
        self._queue = queue
        self._waiting = 0
        self._order = anyio.Lock()
        self._places = anyio.Semaphore(width)

    @asynccontextmanager
    async def shared(self, waiting: Callable[[str], None]) -> AsyncGenerator[None, None]:
        """Run beside other shared jobs, never beside a measurement; `waiting` is told of a wait."""
        async with self._line(1, waiting), self._order:
            await self._places.acquire()
        try:
            yield
        finally:
            self._places.release()

    @asynccontextmanager
    async def alone(self, waiting: Callable[[str], None]) -> AsyncGenerator[None, None]:
        """Run with nothing beside; jobs that come later wait until this one ends."""
        held = 0
        try:
            async with self._line(self._width, waiting), self._order:
                for _ in range(self._width):
                    await self._places.acquire()
                    held += 1
            yield
        finally:
            for _ in range(held):
                self._places.release()

    @asynccontextmanager
    async def _line(
        self, places: int, waiting: Callable[[str], None]
    ) -> AsyncGenerator[None, None]:
        if self._order.locked() or self._places.value < places:
            if self._waiting >= self._queue:
                raise UnavailableError(
                    f"{self._queue} jobs already wait for this machine.",
                    next_step="Call again when one has ended.",
                )
            waiting("waiting for other work on this machine to end")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
