"""One generator: opens connections, follows its share of the plan, and tells what happened."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic_ns
from typing import Final, Protocol

from server.engines.loadtest.client.arriving import Arriving
from server.engines.loadtest.client.dial import dialer
from server.engines.loadtest.client.ledger import Ledger, opened
from server.engines.loadtest.client.pool import Pool
from server.engines.loadtest.client.recorder import Recorder
from server.engines.loadtest.client.timetable import timetable, turns
from server.engines.loadtest.client.users import Users
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.plan import OpenLoad, Plan

_TICK: Final = 0.02  # seconds between looks at what waits too long
_COLLECT: Final = 5  # ticks
_TELL: Final = 50  # ticks
_WARM: Final = 0.02  # seconds an answer may take before one more connection is wanted
_MOST_WARM: Final = 50
_TURNS: Final = 10_000
_SECOND: Final = 1_000_000_000
_NEVER: Final = 1 << 63


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of a plan one generator carries: worker `worker` of `workers`."""

    worker: int = 0
    workers: int = 1

    def of(self, whole: int) -> int:
        """Return this worker's part of a number of things that cannot be divided."""
        return (whole + self.workers - 1 - self.worker) // self.workers


class Drive(Protocol):
    """Takes requests up when their time has come."""

    taken: int
    planned: int
    """The requests of its timetable; 0 where nobody can know."""

    @property
    def is_done(self) -> bool:
        """Whether no further request is taken up."""
        ...

    def begin(self, at: int, seconds: float) -> None:
        """Begin at `at`, in monotonic nanoseconds, for `seconds`."""
        ...

    def halt(self) -> None:
        """Take up no further request."""
        ...


class Engine:
    """Runs one share of a plan, once."""

    def __init__(self, plan: Plan, share: Share) -> None:
        """Make everything that can be made before the clock starts."""
        self._plan = plan
        self._ledger = opened(plan)
        self._pool, self._drive = _machine(plan, share, self._ledger)
        self._warm = _warm(plan, share)
        self.planned = self._drive.planned

    async def warm_up(self) -> tuple[Failure, str] | None:
        """Open the first connections; return why none could be opened, where none could."""
        await asyncio.gather(*(self._pool.connect() for _ in range(self._warm)))
        return None if self._pool.size else self._pool.last_error

    async def run(self, start: int, tell: Callable[[Frame], None]) -> None:
        """Follow the plan from `start` (monotonic nanoseconds); tell a frame every second.

        One frame ends with the load. Returns when every request is answered, failed or canceled;
        the last frame is told then.
        """
        recorder = Recorder(self._ledger, self._plan.targets, start)
        self._drive.begin(start, self._plan.load.seconds)
        ticks, end = 0, start + round(self._plan.load.seconds * _SECOND)
        while not (self._drive.is_done and self._pool.is_quiet):
            await asyncio.sleep(_TICK)
            ticks += 1
            self._pool.sweep()
            recorder.sample(self._drive.taken)
            is_over = end <= monotonic_ns()
            if is_over:
                # What is answered from now on came too late for the load.
                end, ticks = _NEVER, 0
            if is_over or not ticks % _TELL:
                tell(recorder.frame(self._drive.taken, self._pool.most()))
            elif not ticks % _COLLECT:
                recorder.collect()
        self._drive.halt()
        self._pool.close()
        tell(recorder.frame(self._drive.taken, self._pool.most()))

    def stop(self) -> None:
        """Take up nothing more and cancel what is in flight; `run` returns soon after."""
        self._drive.halt()
        self._pool.close()


def _machine(plan: Plan, share: Share, ledger: Ledger) -> tuple[Pool, Drive]:
    dial = dialer(plan, ledger)
    if isinstance(plan.load, OpenLoad):
        limits = replace(plan.limits, connections=max(1, share.of(plan.limits.connections)))
        pool = Pool(dial, ledger, limits)
        due = timetable(plan.load, plan.targets).share(share.worker, share.workers)
        return pool, Arriving(due, pool, ledger)
    limits = replace(
        plan.limits,
        connections=share.of(plan.load.concurrency),
        requests=plan.limits.requests / share.workers,
        rate=plan.limits.rate / share.workers,
    )
    endless = itertools.cycle(turns(plan.targets, _TURNS, share.worker).tolist())
    users = Users(dial, ledger, limits, endless)
    return users, users


def _warm(plan: Plan, share: Share) -> int:
    if isinstance(plan.load, OpenLoad):
        wanted = min(_MOST_WARM, round(plan.load.peak * _WARM) + 1, plan.limits.connections)
        return max(1, share.of(wanted))
    return share.of(plan.load.concurrency)
