"""A run second by second, in as many stretches as a chart and a table have room for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.plan import ClosedLoad, OpenLoad
from server.engines.loadtest.run import Run

_MOST: Final = 240
_PIECE: Final = 0.5  # of a stretch: what is shorter belongs to the one before


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` to `end` seconds: latencies in us, None where nothing was answered.

    `offered`, `answered` and `failed` count requests a second; `failed` are those that were not
    answered as expected. In a closed model what is offered is what was sent.
    """

    start: float
    end: float
    offered: float
    answered: float
    failed: float
    p50: int | None
    p95: int | None
    p99: int | None
    lag: int | None

    @property
    def middle(self) -> float:
        """Where it stands on an axis of time."""
        return (self.start + self.end) / 2


def timeline(run: Run) -> tuple[Stretch, ...]:
    """Return a run in at most 240 stretches, merged without loss; segments follow each other."""
    placed = list(_one_after_another(run.seconds))
    return tuple(_stretch(group, run) for group in _groups(placed))


def _one_after_another(frames: Iterable[Frame]) -> Iterator[tuple[float, Frame]]:
    """Yield each frame with the time that passed before its segment: each begins at 0 again."""
    before, last = 0.0, 0.0
    for frame in frames:
        if frame.start < last - _PIECE:
            before += last
        last = frame.end
        yield before, frame


def _groups(
    placed: Sequence[tuple[float, Frame]],
) -> Iterator[list[tuple[float, Frame]]]:
    size = ceil(len(placed) / _MOST) or 1
    groups = [list(placed[at : at + size]) for at in range(0, len(placed), size)]
    if len(groups) > 1 and _seconds(groups[-1]) < _PIECE * size:
        groups[-2:] = [groups[-2] + groups[-1]]
    yield from groups


def _seconds(group: Iterable[tuple[float, Frame]]) -> float:
    return sum(frame.end - frame.start for _, frame in group)


def _stretch(group: Sequence[tuple[float, Frame]], run: Run) -> Stretch:
    whole = total(frame for _, frame in group)
    seconds = _seconds(group) or 1.0
    answered, failed = whole.answered.total(), whole.failed.total()
    return Stretch(
        start=group[0][0] + group[0][1].start,
        end=group[-1][0] + group[-1][1].end,
        offered=_offered(run.plan.load, [frame for _, frame in group], whole.taken) / seconds,
        answered=answered / seconds,
        failed=(answered + failed - whole.good.count) / seconds,
        p50=_of(whole.response, 50),
        p95=_of(whole.response, 95),
        p99=_of(whole.response, 99),
        lag=_of(whole.lag, 99),
    )


def _offered(load: OpenLoad | ClosedLoad, frames: Iterable[Frame], taken: int) -> float:
    if isinstance(load, ClosedLoad):
        return taken
    return sum(_due(load, frame.end) - _due(load, frame.start) for frame in frames)


def _due(load: OpenLoad, until: float) -> float:
    """Return how many requests were due by then, on average: the area under the rate."""
    ends = [0.0]
    for stage in load.stages:
        ends.append(ends[-1] + stage.seconds)
    rates = (load.start_rate, *(stage.rate for stage in load.stages))
    area = 0.0
    for (start, end), (first, last) in zip(pairwise(ends), pairwise(rates), strict=True):
        passed = min(max(until - start, 0.0), end - start)
        slope = (last - first) / (end - start) if end > start else 0.0
        area += passed * (first + slope * passed / 2)
    return area


def _of(latencies: Histogram, percent: int) -> int | None:
    return latencies.percentile(percent) if latencies.count else None
