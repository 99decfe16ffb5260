"""A generator in the test's own process, and experiments conducted with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from server.engines.loadtest.client.engine import Engine, Share
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.plan import OpenLoad, Plan
from server.engines.loadtest.run import Run, Stop, carried_by

Seen = list[tuple[Plan, str]]


class NearGenerator:
    """An engine that is spoken to without a pipe."""

    notice = 50_000_000

    def __init__(self, plan: Plan, share: Share) -> None:
        self.share = share
        self.loop = "asyncio"
        self._engine = Engine(plan, share)
        self._told: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._start: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.planned = self._engine.planned

    async def ready(self) -> tuple[Failure, str] | None:
        return await self._engine.warm_up()

    def start(self, at: int) -> None:
        self._start.set_result(at)

    def stop(self) -> None:
        self._engine.stop()

    async def frames(self) -> AsyncIterator[Frame]:
        running = asyncio.ensure_future(self._engine.run(await self._start, self._told.put_nowait))
        running.add_done_callback(lambda _: self._told.put_nowait(None))
        while (frame := await self._told.get()) is not None:
            yield frame
        await running


@dataclass(slots=True)
class Laboratory:
    """Makes the runs of an experiment; `seen` holds the plan and the label of each.

    Server and generator share one process here, so that its lag and its processor time say
    nothing of either: they are left out, except of the runs whose number is in `void`.
    """

    void: frozenset[int] = frozenset()
    stop: Stop = field(default_factory=Stop)
    seen: Seen = field(default_factory=list[tuple[Plan, str]])
    latest_us: int = 0
    """How long after its due time the latest answer of all came."""

    @property
    def conduct(self) -> Conduct:
        return Conduct(self._measure, self.stop)

    async def _measure(self, plan: Plan, label: str) -> Run:
        number = len(self.seen)
        self.seen.append((plan, label))
        run = await carried_by([NearGenerator(plan, Share())], plan, self.stop, _nobody)
        self.latest_us = max(self.latest_us, run.total.response.highest)
        return replace(
            run,
            total=replace(run.total, lag=Histogram()),
            busiest=1.0 if number in self.void else 0.0,
        )

    @property
    def rates(self) -> list[float]:
        """The rate of each run, in order."""
        loads = [plan.load for plan, _ in self.seen]
        return [round(load.peak, 1) for load in loads if isinstance(load, OpenLoad)]


def _nobody(_: Frame) -> None: ...
