"""The connections of a run: those that are free, and the requests that wait for one."""

import asyncio
from collections import deque
from ssl import SSLError
from time import monotonic_ns
from typing import Final

from server.engines.loadtest.client.dial import Dial
from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.line import Line
from server.engines.loadtest.failure import Failure, of_connecting
from server.engines.loadtest.plan import Limits

_SECOND: Final = 1_000_000_000


class Pool:
    """Grows with what is due, up to a cap; beyond it requests wait, and their wait counts."""

    def __init__(self, dial: Dial, ledger: Ledger, limits: Limits) -> None:
        """Hold no connection yet."""
        self._dial = dial
        self._ledger = ledger
        self._limits = limits
        self._patience = round(limits.timeout * _SECOND)
        self._idle: list[Line] = []
        self._open: set[Line] = set()
        self._waiting: deque[tuple[int, int]] = deque()
        self._attempts: set[asyncio.Task[None]] = set()
        self._is_closing = False
        self._peak = 0
        self.last_error: tuple[Failure, str] | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether no request waits or is in flight."""
        return not self._waiting and not any(line.is_busy for line in self._open)

    @property
    def size(self) -> int:
        """How many connections are open."""
        return len(self._open)

    def most(self) -> int:
        """Return how many connections were open at once since it was asked last."""
        peak, self._peak = self._peak, len(self._open)
        return peak

    def submit(self, request: int, due: int, now: int) -> None:
        """Send a request on a free connection, or let it wait for one."""
        idle = self._idle
        while idle:
            line = idle.pop()
            if line.is_open:
                line.send(request, due, now)
                return
        self._waiting.append((request, due))
        self._grow()

    def ready(self, line: Line, now: int) -> None:
        """Take a free connection: what waited longest goes first."""
        if self._waiting:
            line.send(*self._waiting.popleft(), now)
        else:
            self._idle.append(line)

    def lost(self, line: Line) -> None:
        """Take note of a connection that is gone."""
        self._open.discard(line)
        self._grow()

    def _grow(self) -> None:
        wanted = len(self._waiting) - len(self._attempts)
        room = self._limits.connections - len(self._open) - len(self._attempts)
        for _ in range(min(wanted, room)):
            self._attempt()

    def _attempt(self) -> None:
        if not self._is_closing:
            attempt = asyncio.get_running_loop().create_task(self.connect())
            self._attempts.add(attempt)
            attempt.add_done_callback(self._attempts.discard)

    async def connect(self) -> None:
        """Open one connection; where that fails, so does the request that waited longest."""
        try:
            line = await self._dial(self)
        except (OSError, SSLError, TimeoutError) as error:
            self.last_error = of_connecting(error), str(error)
            if self._waiting:
                self._ledger.failed(*self._waiting.popleft(), *self.last_error)
            return
        self._admit(line)

    def _admit(self, line: Line) -> None:
        self._open.add(line)
        self._peak = max(self._peak, len(self._open))
        if line.is_open:
            self.ready(line, monotonic_ns())
        else:
            self.lost(line)

    def sweep(self) -> None:
        """End what has waited too long for a connection or an answer."""
        now = monotonic_ns()
        latest = now - self._patience
        while self._waiting and self._waiting[0][1] < latest:
            self._ledger.failed(*self._waiting.popleft(), Failure.NO_CONNECTION, "")
        detail = f"no whole answer in {self._limits.timeout:g} s"
        for line in list(self._open):
            line.expire(latest, detail)
        self._grow()

    def close(self) -> None:
        """Cancel whatever waits or is in flight, and close every connection."""
        self._is_closing = True
        self._ledger.canceled += len(self._waiting)
        self._waiting.clear()
        for attempt in self._attempts:
            attempt.cancel()
        for line in list(self._open):
            line.cancel()
