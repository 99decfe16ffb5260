"""The tables of a load test's page: figures in the words in which they are printed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.verdict import Comparison, Verdict
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.percentiles import USUAL, Row, rows
from server.engines.loadtest.plan import ClosedLoad, OpenLoad
from server.engines.loadtest.run import Run
from server.engines.loadtest.wording import change, latency, percent, plain

_KIBIBYTE: Final = 1_024
_TAILS: Final = (50, 99)
_FIRST: Final = {Decimal(50): "Median", Decimal(99): "p99", Decimal(100): "Slowest"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure: what it is, how much, and what belongs to it."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A percentile; `is_enough` is false where too few values lie beyond it."""

    words: str
    is_enough: bool = True


@dataclass(frozen=True, slots=True)
class PercentileRow:
    """One percentile: a cell for each curve, and how sure the first is."""

    name: str
    cells: tuple[Cell, ...]
    interval: str
    beyond: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """What became of the requests of one target."""

    name: str
    ended: int
    outcomes: tuple[Fact, ...]
    tails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What a comparison found in one metric."""

    metric: str
    verdict: str
    tone: str
    ratio: str
    interval: str
    reason: str


def tiles(run: Run) -> tuple[Fact, ...]:
    """Return what a reader looks for first."""
    return tuple(_tiles(run))


def _tiles(run: Run) -> Iterator[Fact]:
    total, seconds = run.total, run.duration or 1.0
    for row in rows(total.response, _FIRST):
        note = "" if row.is_sufficient else "too few samples"
        yield Fact(_FIRST[row.percent], latency(row.value_us), note)
    answered = total.answered.total()
    load = run.plan.load
    offered = (
        f"of {plain(load.expected / load.seconds, places=1)} offered"
        if isinstance(load, OpenLoad)
        else "as fast as answers came"
    )
    in_time = answered - run.answered_late
    yield Fact("Answered", f"{plain(in_time / seconds, places=1)}/s", offered)
    ended = answered + total.failed.total()
    wrong = ended - total.good.count
    share = percent(wrong / ended) if ended else "-"
    yield Fact("Errors", share, f"{plain(wrong)} of {plain(ended)}")


def percentiles(
    run: Run, second: tuple[Histogram, Histogram] | None = None
) -> tuple[PercentileRow, ...]:
    """Return the usual percentiles of response and service, of both sides where there are two."""
    histograms = (run.total.response, run.total.service, *(second or ()))
    columns = [{row.percent: row for row in rows(each)} for each in histograms]
    if not columns[0]:
        return ()
    return tuple(_percentile(columns[0][each], [c.get(each) for c in columns]) for each in USUAL)


def _percentile(first: Row, row: list[Row | None]) -> PercentileRow:
    low, high = ("…" if each is None else latency(each) for each in (first.low_us, first.high_us))
    cells = tuple(Cell(latency(r.value_us), r.is_sufficient) if r else Cell("-") for r in row)
    return PercentileRow(first.name, cells, f"{low} to {high}", plain(first.beyond))


def targets(run: Run) -> tuple[TargetRow, ...]:
    """Return what became of the requests, target by target."""
    return tuple(_target(run, at, target.name) for at, target in enumerate(run.plan.targets))


def _target(run: Run, at: int, name: str) -> TargetRow:
    counted = {**run.total.answered, **run.total.failed}
    outcomes = {what: count for (place, what), count in sorted(counted.items()) if place == at}
    several = run.total.by_target
    latencies = several[at] if several else run.total.response
    tails = tuple(latency(latencies.percentile(p)) for p in _TAILS) if latencies.count else ()
    facts = tuple(Fact(what, plain(count)) for what, count in outcomes.items())
    return TargetRow(name, sum(outcomes.values()), facts, tails or ("-",) * len(_TAILS))


def changes(comparison: Comparison | None) -> tuple[ChangeRow, ...]:
    """Return what a comparison found, metric by metric."""
    tones = {Verdict.FASTER: "good", Verdict.SLOWER: "bad"}
    return tuple(
        ChangeRow(
            metric=each.metric,
            verdict=each.verdict,
            tone=tones.get(each.verdict, "warn"),
            ratio=change(each.interval.ratio),
            interval=f"{change(each.interval.low)} to {change(each.interval.high)}",
            reason=each.reason,
        )
        for each in (comparison.findings if comparison else ())
    )


def health(run: Run, calibration: Histogram | None) -> tuple[Fact, ...]:
    """Return whether the generator was up to its task."""
    return tuple(_health(run, calibration))


def _health(run: Run, calibration: Histogram | None) -> Iterator[Fact]:
    total = run.total
    yield from _series("Lag, how late requests were sent", total.lag)
    yield from _series("Connecting", total.connecting)
    if calibration is not None:
        yield from _series("Own echo, what this machine takes", calibration)
    yield Fact("Busiest generator", f"{100 * run.busiest:.0f} % of a core")
    yield Fact("Generators", plain(run.workers), run.loop)
    if run.lost:
        yield Fact("Lost generators", plain(len(run.lost)))
    yield Fact("Connections", plain(total.connections), "open at once, at most")
    yield Fact("In flight", plain(run.in_flight, places=1), "requests, on average")
    planned = f"of {plain(run.planned)} planned" if run.planned else ""
    yield Fact("Sent", plain(total.taken), planned)
    yield Fact("Canceled", plain(total.canceled))
    if run.unaccounted:
        yield Fact("Unaccounted", plain(run.unaccounted), "in flight at a lost generator")
    yield Fact("Bytes sent", _bytes(total.sent_bytes))
    yield Fact("Bytes received", _bytes(total.received_bytes))


def _series(name: str, latencies: Histogram) -> Iterator[Fact]:
    if latencies.count:
        p50, p99 = (latency(latencies.percentile(each)) for each in _TAILS)
        yield Fact(name, f"p50 {p50}, p99 {p99}", f"at most {latency(latencies.highest)}")


def _bytes(count: int) -> str:
    size, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if size < _KIBIBYTE:
            break
        size, unit = size / _KIBIBYTE, larger
    return f"{plain(size, places=1)} {unit}"


def machine(environment: Environment | None) -> tuple[Fact, ...]:
    """Return where it was measured."""
    if environment is None:
        return ()
    facts = (
        Fact("Processor", environment.cpu, f"{environment.cores} cores"),
        Fact("Load average", plain(environment.load_average), "in the minute before"),
        Fact("System", environment.system),
        Fact("Python", environment.python),
        Fact("Version", environment.version),
        Fact("Commit", environment.commit),
    )
    return tuple(fact for fact in facts if fact.value)


def measured(run: Run) -> tuple[str, str, str]:
    """Say in three lines how it was measured."""
    is_closed = isinstance(run.plan.load, ClosedLoad)
    return (_CLOSED, _WHILE_CLOSED, _COUNTS) if is_closed else (_OPEN, _WHILE_OPEN, _COUNTS)


_OPEN: Final = (
    "Open model: the moment at which each request is due was fixed beforehand, and it was sent "
    "then, whatever the answers did."
)
_WHILE_OPEN: Final = (
    "Response time counts from when a request was due, so that waiting behind a slow answer is in "
    "it: no coordinated omission. Service time counts from when it was written."
)
_CLOSED: Final = (
    "Closed model: each user waits for an answer before the next request, so a slow server is "
    "asked less."
)
_WHILE_CLOSED: Final = (
    "Times count from when a user was free to send. What a slow answer kept others from sending "
    "is not in them, so they say nothing about requests that arrive by themselves."
)
_COUNTS: Final = (
    "Every request is counted in an HdrHistogram, exact in rank and to a thousandth in value; a "
    "percentile with fewer than ten values beyond it is marked."
)
