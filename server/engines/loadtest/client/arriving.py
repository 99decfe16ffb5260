"""The open model: each request is sent when it is due, whatever the answers do."""

import asyncio
from time import monotonic_ns
from typing import Final

from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.pacing import pacer
from server.engines.loadtest.client.pool import Pool
from server.engines.loadtest.client.timetable import Timetable

_PAGE: Final = 4_096  # requests that are turned into numbers of Python at once
_BATCH: Final = 256  # requests sent before the answers are read again
_SLACK: Final = 50_000  # nanoseconds between two wakings: at high rates several are due at once


class Arriving:
    """Walks a timetable on the clock."""

    def __init__(self, timetable: Timetable, pool: Pool, ledger: Ledger) -> None:
        """Send nothing before `begin`."""
        self._timetable = timetable
        self._pool = pool
        self._ledger = ledger
        self._pacer = pacer(asyncio.get_running_loop(), self._wake)
        self._start = 0
        self._is_halted = False
        self._page: list[tuple[int, int]] = []
        self._place = 0
        self._read = 0
        self.taken = 0
        self.planned = len(timetable)

    @property
    def is_done(self) -> bool:
        """Whether no further request is taken up."""
        return self._is_halted or self.taken == len(self._timetable)

    def begin(self, at: int, seconds: float) -> None:
        """Follow the timetable from `at` on, in monotonic nanoseconds; `seconds` stand in it."""
        del seconds
        self._start = at
        self._turn_page()
        self._wake()

    def halt(self) -> None:
        """Take up no further request."""
        if not self._is_halted:
            self._is_halted = True
            self._pacer.close()

    def _turn_page(self) -> None:
        page = slice(self._read, self._read + _PAGE)
        due = (self._timetable.due[page] + self._start).tolist()
        self._page = list(zip(self._timetable.requests[page].tolist(), due, strict=True))
        self._read += len(self._page)
        self._place = 0

    def _wake(self) -> None:
        page, place = self._page, self._place
        lag, submit = self._ledger.lag, self._pool.submit
        last = min(len(page), place + _BATCH)
        now = monotonic_ns()
        while place < last and page[place][1] <= now:
            request, due = page[place]
            lag.append(now - due)
            submit(request, due, now)
            place += 1
            now = monotonic_ns()
        self.taken += place - self._place
        self._place = place
        if place == len(page):
            self._turn_page()
        if not self.is_done:
            self._pacer.arm(max(self._page[self._place][1], now + _SLACK))
