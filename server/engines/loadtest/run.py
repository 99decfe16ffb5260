"""One measurement: generators started together, heard every second, added up without loss."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import anyio

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.generator import generator, soon
from server.engines.loadtest.plan import Endpoint, Plan
from server.engines.loadtest.trouble import trouble
from server.errors import UnavailableError


class End(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    STOPPED = "stopped"
    """The caller stopped it."""
    ABORTED = "aborted"
    """It ended by itself, because of what the server did."""


@dataclass(frozen=True, slots=True)
class LostGenerator:
    """A generator that died: it had told of `taken` of the `planned` requests of its share."""

    worker: int
    planned: int
    taken: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """A measurement that was made.

    `seconds` holds one frame for each second, all generators together; `total` is their sum.
    `planned` counts the requests of the timetable, 0 in a closed model. `busiest` is the
    processor time a second of the busiest generator in its busiest second, 1 for a whole core.
    """

    plan: Plan
    seconds: tuple[Frame, ...]
    total: Frame
    planned: int
    end: End
    reason: str
    workers: int
    lost: tuple[LostGenerator, ...]
    busiest: float
    loop: str
    started_at: float
    """The start, in seconds since the epoch."""

    @property
    def duration(self) -> float:
        """Seconds in which requests were taken up."""
        return min(self.total.end, self.plan.load.seconds)

    @property
    def in_flight(self) -> float:
        """The mean number of requests under way while requests were taken up."""
        whole = [
            each.in_flight for each in self.seconds if each.end <= self.plan.load.seconds + 0.1
        ]
        return sum(whole) / len(whole) if whole else 0.0

    @property
    def late(self) -> int:
        """Right answers that came only after the last request had been taken up."""
        end = self.plan.load.seconds
        return sum(each.good.count for each in self.seconds if each.start + each.end > 2 * end)

    @property
    def unsent(self) -> int:
        """Requests of the timetable that were never taken up."""
        return max(0, self.planned - self.total.taken)

    @property
    def unaccounted(self) -> int:
        """Requests whose fate is unknown: those a lost generator had in flight."""
        known = self.total.answered.total() + self.total.failed.total() + self.total.canceled
        return self.total.taken - known


class Stop:
    """Stops a run from outside; one that has not begun never does."""

    def __init__(self) -> None:
        """Stop nothing yet."""
        self.is_set = False
        self._told: list[Callable[[], None]] = []

    def set(self) -> None:
        """Stop now."""
        self.is_set = True
        for stop in self._told:
            stop()

    def calls(self, stop: Callable[[], None]) -> None:
        """Have `stop` called, at once if it is set already."""
        self._told.append(stop)
        if self.is_set:
            stop()

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds, or as soon as it is set."""
        with anyio.CancelScope() as scope:
            self.calls(scope.cancel)
            await anyio.sleep(seconds)


Watch = Callable[[Frame], None]


class AnyGenerator(Protocol):
    """A generator, on this machine or another."""

    share: Share
    planned: int
    loop: str

    async def ready(self) -> tuple[Failure, str] | None:
        """Wait until it could start; return why no connection could be opened."""
        ...

    def start(self, at: int) -> None:
        """Let it begin at `at`, in monotonic nanoseconds of this process."""
        ...

    def stop(self) -> None:
        """Let it take up nothing more; its last frame comes."""
        ...

    def frames(self) -> AsyncIterator[Frame]:
        """Yield what happened each second; EOFError where it was lost."""
        ...


async def measure(
    plan: Plan, *, workers: int = 1, stop: Stop | None = None, watch: Watch, scheduler: str = ""
) -> Run:
    """Run a plan with so many generators; `watch` is told each frame.

    With a `scheduler` (its address) its workers carry the plan, else this machine.

    Raises:
        UnavailableError: no connection could be opened at all, or a generator did not start.
    """
    async with AsyncExitStack() as stack:
        generators: Sequence[AnyGenerator]
        if scheduler:
            from server.engines.loadtest.distributed import remote_generators

            generators = await stack.enter_async_context(remote_generators(plan, scheduler))
        else:
            shares = [Share(worker, workers) for worker in range(workers)]
            generators = [await stack.enter_async_context(generator(plan, each)) for each in shares]
        return await carried_by(generators, plan, stop or Stop(), watch)


async def carried_by(
    generators: Sequence[AnyGenerator], plan: Plan, stop: Stop, watch: Watch
) -> Run:
    """Run a plan with generators that were given their shares of it.

    Raises:
        UnavailableError: no connection could be opened at all, or a generator did not start.
    """
    for each in generators:
        _refuse_unreachable(await each.ready(), plan)
    listener = _Listener(plan, generators, watch)
    stop.calls(listener.stop)
    if not stop.is_set:
        await listener.listen()
    return listener.run()


def _refuse_unreachable(failure: tuple[Failure, str] | None, plan: Plan) -> None:
    if failure is not None:
        name, detail = failure
        raise unreachable(plan.endpoint, f"{name} ({detail})")


def unreachable(endpoint: Endpoint, reason: str) -> UnavailableError:
    """Return the error that says that nobody answers."""
    return UnavailableError(
        f"No connection to {endpoint.host}:{endpoint.port} could be opened: {reason}.",
        next_step="Start the server, or correct the URL, and call again.",
    )


class _Listener:
    """Hears all generators at once, and stops them when the server is in trouble."""

    def __init__(self, plan: Plan, generators: Sequence[AnyGenerator], watch: Watch) -> None:
        self._plan = plan
        self._generators = generators
        self._watch = watch
        self._frames: dict[int, list[Frame]] = {each.share.worker: [] for each in generators}
        self._lost: list[LostGenerator] = []
        self._end = End.COMPLETED
        self._reason = ""
        self._started_at = time.time()

    def stop(self) -> None:
        self._halt(End.STOPPED, "stopped by the caller")

    def _halt(self, end: End, reason: str) -> None:
        if self._end is End.COMPLETED:
            self._end, self._reason = end, reason
        for each in self._generators:
            each.stop()

    async def listen(self) -> None:
        """Let all start at one moment, and return when the last has ended."""
        at = soon()
        self._started_at = time.time() + (at - time.monotonic_ns()) / 1e9
        for each in self._generators:
            each.start(at)
        async with anyio.create_task_group() as tasks:
            for each in self._generators:
                tasks.start_soon(self._hear, each)

    async def _hear(self, generator: AnyGenerator) -> None:
        frames = self._frames[generator.share.worker]
        try:
            async for frame in generator.frames():
                frames.append(frame)
                self._watch(frame)
                reason = trouble(frames, self._plan.targets) if self._plan.stops_on_trouble else ""
                if reason:
                    self._halt(End.ABORTED, reason)
        except EOFError:
            seconds = frames[-1].end if frames else 0.0
            taken = sum(each.taken for each in frames)
            self._lost.append(
                LostGenerator(generator.share.worker, generator.planned, taken, seconds)
            )

    def run(self) -> Run:
        everything = [frame for frames in self._frames.values() for frame in frames]
        return Run(
            plan=self._plan,
            seconds=by_second(everything),
            total=total(everything),
            planned=sum(each.planned for each in self._generators),
            end=self._end,
            reason=self._reason,
            workers=len(self._generators),
            lost=tuple(self._lost),
            busiest=max((_busyness(each) for each in everything), default=0.0),
            started_at=self._started_at,
            loop=next((each.loop for each in self._generators if each.loop), ""),
        )


def by_second(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Add up the frames of several generators second by second, in order."""
    seconds: defaultdict[int, list[Frame]] = defaultdict(list)
    for frame in frames:
        seconds[round((frame.start + frame.end) / 2 - 0.5)].append(frame)
    return tuple(total(seconds[second]) for second in sorted(seconds))


def _busyness(frame: Frame) -> float:
    length = frame.end - frame.start
    return frame.cpu / length if length > _LONG_ENOUGH else 0.0


_LONG_ENOUGH: Final = 0.3  # seconds
