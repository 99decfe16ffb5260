"""One measurement: generators started together, heard every second, added up without loss."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Final, Protocol

import anyio

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.generator import generator
from server.engines.loadtest.plan import Endpoint, OpenLoad, Plan
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
    segment_seconds: float = 0.0
    """How long each part lasted, of a run that was put together from several; else 0."""

    @property
    def duration(self) -> float:
        """Seconds in which requests were to be sent, fewer where it ended early.

        An open model lasts what was planned, however early the last request of it is due: a rate
        counts over all of it.
        """
        planned = self.plan.load.seconds
        if self.end is End.COMPLETED and isinstance(self.plan.load, OpenLoad):
            return planned
        return min(self.total.end, planned)

    @property
    def in_flight(self) -> float:
        """The mean number of requests under way while requests were taken up."""
        whole = [each.in_flight for each in self.seconds if each.end <= self._end_of_load + 0.1]
        return sum(whole) / len(whole) if whole else 0.0

    @property
    def late(self) -> int:
        """Right answers that came only after the load had ended."""
        return sum(each.good.count for each in self._afterwards)

    @property
    def answered_late(self) -> int:
        """Answers of any status that came only after the load had ended."""
        return sum(each.answered.total() for each in self._afterwards)

    @property
    def _afterwards(self) -> Iterator[Frame]:
        return (each for each in self.seconds if each.start >= self._end_of_load)

    @property
    def _end_of_load(self) -> float:
        return self.segment_seconds or self.plan.load.seconds

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

    notice: int
    """The nanoseconds that it needs between an order to start and the start."""
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
    with anyio.CancelScope() as opening:
        stop.calls(opening.cancel)
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
        raise unreachable(plan.endpoint, f"{name} ({detail})" if detail else name)


_STEP: Final = "Start the server, or correct the URL, and call again."
_TLS_STEP: Final = (
    "Correct http or https in the URL; load.verify_tls=false takes a certificate of your own."
)


def unreachable(endpoint: Endpoint, reason: str) -> UnavailableError:
    """Return the error that says that nobody answers."""
    return UnavailableError(
        f"No connection to {endpoint.host}:{endpoint.port} could be opened: {reason}.",
        next_step=_TLS_STEP if Failure.TLS_FAILED in reason else _STEP,
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
        at = time.monotonic_ns() + max(each.notice for each in self._generators)
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
        seconds = by_second(self._frames.values(), self._plan.load.seconds)
        most = max((each.connections for each in seconds), default=0)
        return Run(
            plan=self._plan,
            seconds=seconds,
            total=replace(total(everything), connections=most),
            planned=sum(each.planned for each in self._generators),
            end=self._end,
            reason=self._reason,
            workers=len(self._generators),
            lost=tuple(self._lost),
            busiest=max((_busyness(each) for each in everything), default=0.0),
            started_at=self._started_at,
            loop=next((each.loop for each in self._generators if each.loop), ""),
        )


def by_second(generators: Iterable[Iterable[Frame]], end: float) -> tuple[Frame, ...]:
    """Add up the frames of several generators second by second, in order.

    Those before and those after the `end` of the load are kept apart, also in the same second.
    """
    seconds: defaultdict[tuple[bool, int], list[Frame]] = defaultdict(list)

    def second_of(frame: Frame) -> tuple[bool, int]:
        return frame.start >= end, round((frame.start + frame.end) / 2 - 0.5)

    for frames in generators:
        for second, own in groupby(frames, key=second_of):
            seconds[second].append(_one_after_another(list(own)))
    return tuple(_side_by_side(seconds[second]) for second in sorted(seconds))


def _one_after_another(frames: Sequence[Frame]) -> Frame:
    """Add up frames of one generator: what is under way is a mean over their time."""
    length = sum(each.end - each.start for each in frames)
    weighed = sum(each.in_flight * (each.end - each.start) for each in frames)
    return replace(total(frames), in_flight=weighed / length if length else 0.0)


def _side_by_side(frames: Sequence[Frame]) -> Frame:
    """Add up frames of several generators, each of which has connections of its own."""
    return replace(total(frames), connections=sum(each.connections for each in frames))


def _busyness(frame: Frame) -> float:
    length = frame.end - frame.start
    return frame.cpu / length if length > _LONG_ENOUGH else 0.0


_LONG_ENOUGH: Final = 0.3  # seconds
