"""The closed model: users who each wait for an answer before they ask again."""

import asyncio
from collections.abc import Iterator
from math import floor
from ssl import SSLError
from time import monotonic_ns
from typing import Final

from typing_extensions import override

from server.engines.loadtest.client.dial import Dial
from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.line import Line
from server.engines.loadtest.client.pool import Pool
from server.engines.loadtest.failure import of_connecting
from server.engines.loadtest.plan import Limits

_SECOND: Final = 1_000_000_000
_ENDLESS: Final = 1 << 62
_PAUSE: Final = 0.1  # seconds before a user whose connection was refused tries again


class Users(Pool):
    """One connection a user; each is used again as soon as it is free."""

    def __init__(self, dial: Dial, ledger: Ledger, limits: Limits, turns: Iterator[int]) -> None:
        """Take the places of messages from `turns`, which never end.

        `limits` says how many users there are, and what they may send together.
        """
        super().__init__(dial, ledger, limits)
        self._turns = turns
        self._last = floor(min(limits.requests, _ENDLESS)) - 1
        self._gap = round(_SECOND / limits.rate)
        self._next = 0
        self._end = 0
        self.taken = 0
        self.planned = 0

    def begin(self, at: int, seconds: float) -> None:
        """Let the users ask from now on, until `seconds` have passed after `at`."""
        self._end = at + round(seconds * _SECOND)
        idle, self._idle = self._idle, []
        for line in idle:
            self.ready(line, monotonic_ns())
        self._grow()

    def halt(self) -> None:
        """Let no user ask again."""
        self._end = 0

    @property
    def is_done(self) -> bool:
        """Whether no user asks again."""
        return monotonic_ns() >= self._end or self.taken > self._last

    @override
    def ready(self, line: Line, now: int) -> None:
        if now >= self._end or self.taken > self._last:
            self._idle.append(line)
        elif not self._gap or self._is_allowed(line, now):
            self.taken += 1
            line.send(next(self._turns), now, now)

    def _is_allowed(self, line: Line, now: int) -> bool:
        """Whether the highest rate allows a request now; else the connection asks when it does."""
        slot = max(now, self._next)
        self._next = slot + self._gap
        if slot > now:
            loop = asyncio.get_running_loop()
            loop.call_later((slot - now) / _SECOND, self._ask_when_allowed, line)
        return slot == now

    def _ask_when_allowed(self, line: Line) -> None:
        """Ask on a connection that had to wait for the highest rate, if it is still there."""
        now = monotonic_ns()
        if line.is_open and now < self._end and self.taken <= self._last:
            self.taken += 1
            line.send(next(self._turns), now, now)

    @override
    def _grow(self) -> None:
        if self.is_done:
            return
        for _ in range(self._limits.connections - len(self._open) - len(self._attempts)):
            self._attempt()

    @override
    async def connect(self) -> None:
        began = monotonic_ns()
        try:
            line = await self._dial(self)
        except (OSError, SSLError, TimeoutError) as error:
            self.last_error = of_connecting(error), str(error)
            if not self.is_done:
                self.taken += 1
                self._ledger.failed(next(self._turns), began, *self.last_error)
                await asyncio.sleep(_PAUSE)
            return
        self._admit(line)
