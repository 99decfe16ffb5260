"""Generators on other machines: the same engine on the workers of a Dask scheduler.

Each worker carries an interleaved share of the plan in a process of its own. All start at one
moment of the wall clock, corrected by what each worker's clock is off; what they measured is
added up without loss.
"""

import asyncio
import pickle  # ruff: ignore[suspicious-pickle-import] - what Dask itself moves values with
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.generator import generator
from server.engines.loadtest.plan import Plan
from server.errors import UnavailableError

Client = Any
"""Dask's client: its types are partly unknown, and narrowed where values come out of it."""

_PATIENCE: Final = 20.0  # seconds for a worker to be ready
_ROUNDS: Final = 5  # of asking for the time; the quickest answer is the truest
_SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Told:
    """What a worker says while it runs: that it is ready, or its frame of that number."""

    failure: tuple[Failure, str] | None = None
    planned: int = 0
    number: int = -1
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """What a worker is told to carry, and under which name it tells of it."""

    plan: Plan
    share: Share
    topic: str


class RemoteGenerator:
    """One worker's generator, as the process that wants the measurement sees it."""

    def __init__(self, client: Client, order: _Order, worker: str, offset: float) -> None:
        """Own what `worker` will carry; its wall clock is `offset` seconds ahead of ours."""
        self._client = client
        self._order = order
        self._worker = worker
        self._offset = offset
        self._heard: asyncio.Queue[_Told | None] = asyncio.Queue()
        self._future: Any = None
        self._orders: set[asyncio.Future[Any]] = set()
        self.share = order.share
        self.planned = 0
        self.loop = ""

    def begin(self) -> None:
        """Have the worker make everything that can be made before the clock starts."""
        self._client.subscribe_topic(self._order.topic, self._hear)
        self._future = self._client.submit(
            carry,
            self._order,
            workers=[self._worker],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        self._future.add_done_callback(self._hear_end)

    def _hear_end(self, _: object) -> None:
        self._heard.put_nowait(None)

    def _hear(self, event: tuple[float, bytes]) -> None:
        told = pickle.loads(event[1])  # ruff: ignore[suspicious-pickle-usage] - from our own task
        self._heard.put_nowait(told)

    async def ready(self) -> tuple[Failure, str] | None:
        """Wait until the worker's first connections are open; return why none is.

        Raises:
            UnavailableError: the worker did not get that far.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                told = await self._heard.get()
        except TimeoutError:
            told = None
        if told is None:
            raise UnavailableError(
                f"Worker {self._worker} did not begin.",
                next_step="Install senior-backend[distributed] of the same version on it.",
            )
        self.planned = told.planned
        return told.failure

    def start(self, at: int) -> None:
        """Let it begin at `at`, in monotonic nanoseconds of this machine."""
        wall = time.time() + (at - time.monotonic_ns()) / _SECOND + self._offset
        self._run(start_run, self._order.topic, wall)

    def stop(self) -> None:
        """Let it take up nothing more; its last frame comes."""
        self._run(stop_run, self._order.topic)

    def _run(self, function: Callable[..., None], *arguments: object) -> None:
        order = asyncio.ensure_future(
            self._client.run(function, *arguments, workers=[self._worker], on_error="ignore")
        )
        self._orders.add(order)
        order.add_done_callback(self._orders.discard)

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield what happened each second; what an event missed comes at the end.

        Raises:
            EOFError: the worker was lost.
        """
        seen = 0
        while (told := await self._heard.get()) is not None:
            if told.frame is not None and told.number == seen:
                seen += 1
                yield told.frame
        if self._future is None or self._future.status != "finished":
            raise EOFError
        frames, self.loop = await self._future
        for frame in frames[seen:]:
            yield frame

    async def close(self) -> None:
        """Leave nothing running."""
        self._client.unsubscribe_topic(self._order.topic)
        if self._future is not None and not self._future.done():
            self.stop()
            await asyncio.wait([asyncio.ensure_future(self._ended())], timeout=5)

    async def _ended(self) -> None:
        while (await self._heard.get()) is not None:
            pass


@asynccontextmanager
async def remote_generators(
    plan: Plan, scheduler: str
) -> AsyncGenerator[list[RemoteGenerator], None]:
    """Start one generator on every worker of a scheduler.

    Raises:
        UnavailableError: the extra is not installed, nobody answers there, or it has no workers.
    """
    try:
        import distributed as dask
    except ImportError:
        raise UnavailableError(
            "Load from other machines needs Dask.",
            next_step="Install senior-backend[distributed].",
        ) from None
    try:
        client: Any = await dask.Client(scheduler, asynchronous=True, timeout="10s")
    except OSError:
        raise UnavailableError(
            "The Dask scheduler that the operator named does not answer.",
            next_step="The operator checks SENIOR_BACKEND_LOAD_SCHEDULER.",
        ) from None
    async with client:
        known = await client.scheduler.identity(n_workers=-1)
        workers = sorted(known["workers"])
        if not workers:
            raise UnavailableError("The Dask scheduler has no workers.")
        generators = [
            RemoteGenerator(
                client,
                _Order(plan, Share(at, len(workers)), f"{plan.run_id}-{at}"),
                worker,
                await _offset(client, worker),
            )
            for at, worker in enumerate(workers)
        ]
        for each in generators:
            each.begin()
        try:
            yield generators
        finally:
            for each in generators:
                await each.close()


async def _offset(client: Client, worker: str) -> float:
    """Return how many seconds a worker's wall clock is ahead of ours."""
    rounds: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        asked = time.time()
        theirs = float((await client.run(time.time, workers=[worker]))[worker])
        answered = time.time()
        rounds.append((answered - asked, theirs - (asked + answered) / 2))
    return min(rounds)[1]


class _Running:
    """What a worker carries now, for those who start and stop it from outside."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.start: asyncio.Future[float] = loop.create_future()
        self.stop: Callable[[], None] = lambda: None


_RUNNING: Final[dict[str, _Running]] = {}


def start_run(topic: str, wall: float) -> None:
    """Let a run on this worker begin at a moment of its wall clock."""
    running = _RUNNING.get(topic)
    if running is not None:
        running.loop.call_soon_threadsafe(running.start.set_result, wall)


def stop_run(topic: str) -> None:
    """Let a run on this worker take up nothing more."""
    running = _RUNNING.get(topic)
    if running is not None:
        running.loop.call_soon_threadsafe(running.stop)


def carry(order: _Order) -> tuple[list[Frame], str]:
    """Carry a share on this worker; tell of it while it runs, and return every frame."""
    return asyncio.run(_carried(order))


async def _carried(order: _Order) -> tuple[list[Frame], str]:
    from distributed import get_worker

    worker = get_worker()

    def tell(told: _Told) -> None:
        worker.log_event(order.topic, pickle.dumps(told))

    running = _RUNNING[order.topic] = _Running(asyncio.get_running_loop())
    frames: list[Frame] = []
    try:
        async with generator(order.plan, order.share) as own:
            failure = await own.ready()
            tell(_Told(failure=failure, planned=own.planned))
            running.stop = own.stop
            wall = await asyncio.wait_for(running.start, _PATIENCE)
            own.start(time.monotonic_ns() + round((wall - time.time()) * _SECOND))
            async for frame in own.frames():
                tell(_Told(number=len(frames), frame=frame))
                frames.append(frame)
            return frames, own.loop
    finally:
        del _RUNNING[order.topic]
