"""What each chart of a load test shows, before anything is drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from server.engines.loadtest.compare.verdict import Comparison, Finding, Verdict
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.wording import change, latency, plain
from server.reports.load_axes import (
    Axis,
    Tick,
    change_axis,
    latency_axis,
    percentile_axis,
    rate_axis,
    time_axis,
)
from server.reports.load_timeline import Stretch
from server.reports.render import visible

Points = Sequence[tuple[float, float | None]]

_FEW: Final = 10  # values beyond a percentile, below which it is a matter of luck
_ROW: Final = 44  # height of a metric in the comparison
_AROUND: Final = 70
_LONGEST_METRIC: Final = 20  # characters


@dataclass(frozen=True, slots=True)
class Line:
    """Points in order, None where there is nothing to show; `name` is its class in the style."""

    name: str
    points: Points
    is_dotted: bool = False
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`title` says what is shown, `description` what is to be seen, for those who cannot see it."""

    name: str
    title: str
    description: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    height: int = 320


@dataclass(frozen=True, slots=True)
class Curve:
    """One series of latencies in an HDR plot."""

    name: str
    words: str
    latencies: Histogram


def hdr_chart(curves: Sequence[Curve]) -> Chart | None:
    """Return latencies by percentile, both axes logarithmic; None where nothing was measured."""
    used = [curve for curve in curves if curve.latencies.count]
    if not used:
        return None
    most = max(curve.latencies.count for curve in used)
    fewest = min(curve.latencies.count for curve in used)
    lines = [_hdr_line(curve) for curve in used]
    x = percentile_axis(most)
    y = latency_axis(value for line in lines for _, value in line.points if value is not None)
    luck = Line("luck", ((fewest / _FEW, y.high), (x.high, y.high)), is_filled=True)
    return Chart(
        name="hdr",
        title="Latency by percentile",
        description=". ".join(_hdr_words(curve) for curve in used) + ".",
        x=x,
        y=y,
        lines=(luck, *lines),
        height=400,
    )


def _hdr_line(curve: Curve) -> Line:
    count = curve.latencies.count
    points = curve.latencies.distribution()
    # The first value of all begins the curve, the highest ends it where one in `count` is left.
    beyond = [(1 / (1 - each.share) if each.share < 1 else count) for each in points]
    start = (1.0, curve.latencies.percentile(0))
    return Line(curve.name, (start, *zip(beyond, (each.value_us for each in points), strict=True)))


def _hdr_words(curve: Curve) -> str:
    values = ", ".join(
        f"{percent} % within {latency(curve.latencies.percentile(percent))}"
        for percent in (50, 90, 99)
    )
    return f"{curve.words}: {values}, at most {latency(curve.latencies.highest)}"


def latency_chart(stretches: Sequence[Stretch]) -> Chart | None:
    """Return response times over the run; None where nothing was answered."""
    lines = (
        Line("p99", [(each.middle, each.p99) for each in stretches]),
        Line("p95", [(each.middle, each.p95) for each in stretches]),
        Line("p50", [(each.middle, each.p50) for each in stretches]),
    )
    values = [value for line in lines for _, value in line.points if value is not None]
    if not values:
        return None
    worst = max(stretches, key=lambda each: each.p99 or 0)
    return Chart(
        name="latency",
        title="Response time over the run",
        description=(
            f"The median lies between {_between([each.p50 for each in stretches])}, p99 between "
            f"{_between([each.p99 for each in stretches])}; p99 is highest at "
            f"{plain(worst.middle, places=0)} s."
        ),
        x=time_axis(stretches[-1].end),
        y=latency_axis(values),
        lines=lines,
    )


def _between(values: Sequence[int | None]) -> str:
    known = [each for each in values if each is not None]
    return f"{latency(min(known))} and {latency(max(known))}"


def throughput_chart(stretches: Sequence[Stretch]) -> Chart | None:
    """Return requests a second over the run; None where there was no second."""
    if not stretches:
        return None
    offered = [each.offered for each in stretches]
    answered = [each.answered for each in stretches]
    failed = [each.failed for each in stretches]
    return Chart(
        name="throughput",
        title="Requests a second over the run",
        description=(
            f"At most {plain(max(offered), places=0)} a second were offered, "
            f"{plain(max(answered), places=0)} answered and {plain(max(failed), places=0)} failed "
            "or were not answered as expected."
        ),
        x=time_axis(stretches[-1].end),
        y=rate_axis(max(*offered, *answered, *failed)),
        lines=(
            Line("offered", [(each.middle, each.offered) for each in stretches]),
            Line("answered", [(each.middle, each.answered) for each in stretches]),
            Line("failed", [(each.middle, each.failed) for each in stretches]),
        ),
        height=260,
    )


def lag_chart(stretches: Sequence[Stretch]) -> Chart | None:
    """Return how late the generator was over the run; None where it was not measured."""
    lags = [each.lag for each in stretches if each.lag is not None]
    if not lags:
        return None
    return Chart(
        name="lag",
        title="Lag of the generator over the run",
        description=f"p99 of the lag lies between {_between(lags)}.",
        x=time_axis(stretches[-1].end),
        y=latency_axis(lags),
        lines=(Line("lateness", [(each.middle, each.lag) for each in stretches]),),
        height=200,
    )


def forest_chart(comparison: Comparison) -> Chart | None:
    """Return each metric's ratio with its interval; None where nothing was compared."""
    found = [_named(each) for each in comparison.findings]
    if not found:
        return None
    ends = [end for each in found for end in (each.interval.low, each.interval.high)]
    rows = tuple(reversed(found))
    y = Axis(0.0, len(rows) + 1.0, tuple(_metric_ticks(rows)))
    return Chart(
        name="forest",
        title="Second side against the first",
        description="; ".join(_change_words(each) for each in found) + ".",
        x=change_axis(ends),
        y=y,
        lines=(Line("equal", ((1.0, 0.0), (1.0, y.high))), *_intervals(rows)),
        height=_AROUND + _ROW * len(rows),
    )


def _named(finding: Finding) -> Finding:
    """Return a finding whose name may stand in a chart, which no template looks at."""
    return replace(finding, metric=visible(finding.metric, _LONGEST_METRIC))


def _metric_ticks(rows: Sequence[Finding]) -> Iterator[Tick]:
    for at, row in enumerate(rows, start=1):
        yield Tick(at, row.metric)


def _intervals(rows: Sequence[Finding]) -> Iterator[Line]:
    for at, row in enumerate(rows, start=1):
        tone = _TONES.get(row.verdict, "undecided")
        yield Line(f"interval {tone}", ((row.interval.low, at), (row.interval.high, at)))
        yield Line(f"estimate {tone}", ((row.interval.ratio, at),), is_dotted=True)


def _change_words(finding: Finding) -> str:
    low, high = change(finding.interval.low), change(finding.interval.high)
    return f"{finding.metric}: {change(finding.interval.ratio)}, from {low} to {high}"


_TONES: Final = {Verdict.FASTER: "faster", Verdict.SLOWER: "slower"}
