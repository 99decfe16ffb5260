"""Generators on other machines: the same engine on the workers of a Dask scheduler.

Each worker carries an interleaved share of the plan in a process of its own. All start at one
moment of the wall clock, corrected by what each worker's clock is off; what they measured is
added up without loss.
"""

import asyncio
import pickle  # ruff: ignore[suspicious-pickle-import] - what Dask itself moves values with
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.generator import generator
from server.engines.loadtest.plan import Plan
from server.errors import UnavailableError

Client = Any
"""Dask's client: its types are partly unknown, and narrowed where values come out of it."""

_PATIENCE: Final = 30.0  # seconds for a worker to be ready
_LONGER: Final = 2 * _PATIENCE  # seconds in which a worker that is ready waits for the slowest
_ROUNDS: Final = 5  # of asking for the time; the quickest answer is the truest
_SECOND: Final = 1_000_000_000
_CALL: Final = 1.0  # seconds between two calls to a worker
_ANSWER: Final = 5.0  # seconds that a worker has to answer a call
_MISSES: Final = 3  # calls in a row without an answer after which a worker is lost
_FORGOTTEN: Final = 30.0  # seconds without a call after which a worker stops sending
_CLOSING: Final = 5.0  # seconds that a stopped worker has to end


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
    """One worker's generator, as the process that wants the measurement sees it.

    No wait is without an end: a worker is called every second from its beginning on, and is lost
    when it does not answer, or knows of no run. Dask itself would wait for its return for ever.
    """

    notice = _SECOND
    """Nanoseconds: an order goes through the scheduler, and must be there before the start."""

    def __init__(self, client: Client, order: _Order, worker: str, offset: float) -> None:
        """Own what `worker` will carry; its wall clock is `offset` seconds ahead of ours."""
        self._client = client
        self._order = order
        self._worker = worker
        self._offset = offset
        self._heard: asyncio.Queue[_Told | None] = asyncio.Queue()
        self._future: Any = None
        self._is_lost = False
        self._tasks: set[asyncio.Future[None]] = set()
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
        self._do(self._hear_end())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear_end(self) -> None:
        await self._future.exception()
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
        self._do(self._call())
        return told.failure

    async def _call(self) -> None:
        """Call the worker until it is lost."""
        misses = 0
        while misses < _MISSES and await self._is_known():
            await asyncio.sleep(_CALL)
            misses = 0 if await self._asked(is_running, self._order.topic) else misses + 1
        self._is_lost = True
        self._heard.put_nowait(None)

    async def _is_known(self) -> bool:
        """Whether the scheduler still has the worker; where it cannot say, it may have."""
        with suppress(OSError):
            async with asyncio.timeout(_ANSWER):
                return self._worker in await _workers(self._client)
        return True

    async def _asked(self, function: Callable[..., object], *arguments: object) -> object:
        """Return what a function says on the worker, None where it cannot be asked."""
        with suppress(OSError):
            async with asyncio.timeout(_ANSWER):
                answers = await self._client.run(
                    function, *arguments, workers=[self._worker], on_error="ignore"
                )
            return answers.get(self._worker)
        return None

    async def _order_to(self, function: Callable[..., None], *arguments: object) -> None:
        await self._asked(function, *arguments)

    def start(self, at: int) -> None:
        """Let it begin at `at`, in monotonic nanoseconds of this machine."""
        wall = time.time() + (at - time.monotonic_ns()) / _SECOND + self._offset
        self._do(self._order_to(start_run, self._order.topic, wall))

    def stop(self) -> None:
        """Let it take up nothing more; its last frame comes."""
        self._do(self._order_to(stop_run, self._order.topic))

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
        for frame in (await self._result())[seen:]:
            yield frame

    async def _result(self) -> list[Frame]:
        if self._future.status != "finished":
            raise EOFError
        try:
            async with asyncio.timeout(_PATIENCE):
                frames, self.loop = await self._future
        except (OSError, CancelledError):
            # Its worker was lost after it had finished, and before it was asked for the result.
            raise EOFError from None
        return frames

    async def close(self) -> None:
        """Leave nothing running."""
        self._client.unsubscribe_topic(self._order.topic)
        if not self._future.done():
            await self._end()
            # Where a lost worker comes back, it is not to begin again.
            with suppress(OSError):
                async with asyncio.timeout(_CLOSING):
                    await self._client.cancel([self._future], force=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self) -> None:
        """Stop the worker, and wait until it has."""
        if not self._is_lost:
            with suppress(OSError):
                async with asyncio.timeout(_CLOSING):
                    await self._order_to(stop_run, self._order.topic)
                    await self._future.exception()


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
        generators = await _generators(client, plan)
        for each in generators:
            each.begin()
        try:
            yield generators
        finally:
            await asyncio.gather(*(each.close() for each in generators))


async def _generators(client: Client, plan: Plan) -> list[RemoteGenerator]:
    try:
        async with asyncio.timeout(_PATIENCE):
            workers = await _workers(client)
            offsets = [await _offset(client, worker) for worker in workers]
    except OSError:
        raise UnavailableError(
            "A worker of the Dask scheduler does not answer.",
            next_step="Call again; the operator looks after the worker if it stays so.",
        ) from None
    if not workers:
        raise UnavailableError("The Dask scheduler has no workers.")
    # Never the name of an earlier run, which a worker may still tell of.
    name = f"{plan.run_id}-{uuid4().hex}"
    return [
        RemoteGenerator(
            client, _Order(plan, Share(at, len(workers)), f"{name}-{at}"), worker, offset
        )
        for at, (worker, offset) in enumerate(zip(workers, offsets, strict=True))
    ]


async def _workers(client: Client) -> list[str]:
    """Return the addresses of all workers."""
    known = await client.scheduler.identity(n_workers=-1)
    return sorted(known["workers"])


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
    """What a worker carries now, for those who start, call and stop it from outside."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.began: asyncio.Future[float | None] = loop.create_future()
        """When to start, on this worker's wall clock; None where it was stopped before."""
        self._stop: Callable[[], None] = lambda: None
        self._end: asyncio.TimerHandle | None = None

    def starts(self, stop: Callable[[], None]) -> None:
        """Have `stop` called when the run is to end."""
        self._stop = stop
        self.called()

    def begin(self, wall: float | None) -> None:
        if not self.began.done():
            self.began.set_result(wall)

    def stop(self) -> None:
        self.begin(None)
        self._stop()

    def called(self) -> None:
        """Go on a while: nobody may want a run any more whose caller does not call."""
        if self._end is not None:
            self._end.cancel()
        self._end = self.loop.call_later(_FORGOTTEN, self.stop)


_RUNNING: Final[dict[str, _Running]] = {}


def start_run(topic: str, wall: float) -> None:
    """Let a run on this worker begin at a moment of its wall clock."""
    if topic in _RUNNING:
        _RUNNING[topic].loop.call_soon_threadsafe(_RUNNING[topic].begin, wall)


def stop_run(topic: str) -> None:
    """Let a run on this worker take up nothing more."""
    if topic in _RUNNING:
        _RUNNING[topic].loop.call_soon_threadsafe(_RUNNING[topic].stop)


def is_running(topic: str) -> bool:
    """Return whether this worker carries a run, which goes on a while for having been asked."""
    running = _RUNNING.get(topic)
    if running is not None:
        running.loop.call_soon_threadsafe(running.called)
    return running is not None


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
            wall = await asyncio.wait_for(running.began, _LONGER)
            if wall is None:
                return frames, own.loop
            own.start(time.monotonic_ns() + round((wall - time.time()) * _SECOND))
            # Not before: what a generator hears first is when to start.
            running.starts(own.stop)
            async for frame in own.frames():
                tell(_Told(number=len(frames), frame=frame))
                frames.append(frame)
            return frames, own.loop
    finally:
        del _RUNNING[order.topic]
