"""From a run to the entries, counts and lines of a load test's report."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from server.engines.loadtest.compare.verdict import Comparison
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.health import measurement
from server.engines.loadtest.judgment import Goal, Judgment, Status
from server.engines.loadtest.percentiles import Row, rows
from server.engines.loadtest.plan import ClosedLoad, OpenLoad, Plan, right_statuses
from server.engines.loadtest.run import Run
from server.engines.loadtest.wording import change, latency, percent, plain
from server.redaction import Redactor
from server.reports.render import plain_line
from server.tools.load_report import PercentileEntry, VerdictEntry

_LONGEST_EXAMPLE: Final = 240  # characters
_COOKIES: Final = re.compile(r"(?im)^(set-cookie|cookie|authorization)(\s*:).*$")


def percentile_entries(run: Run) -> tuple[PercentileEntry, ...]:
    """Return the percentiles of response and service times, in ms."""
    service = {row.name: row for row in rows(run.total.service)}
    return tuple(_entry(row, service) for row in rows(run.total.response))


def _entry(row: Row, service: dict[str, Row]) -> PercentileEntry:
    written = service.get(row.name)
    return PercentileEntry(
        name=row.name,
        response=row.value_us / 1_000,
        service=written.value_us / 1_000 if written else 0.0,
        samples=row.count,
        enough=row.is_sufficient,
        interval=_interval(row),
    )


def _interval(row: Row) -> tuple[float, ...]:
    if row.low_us is None or row.high_us is None:
        return ()
    return row.low_us / 1_000, row.high_us / 1_000


def figures(run: Run) -> dict[str, float]:
    """Return the counts and rates of a run; times in ms, rates a second, bytes as they are."""
    total, seconds = run.total, run.duration or 1.0
    ended = total.answered.total() + total.failed.total()
    told = {
        "offered_per_s": _offered(run),
        "achieved_per_s": (total.answered.total() - run.answered_late) / seconds,
        "planned": run.planned,
        "sent": total.taken,
        "answered": total.answered.total(),
        "answered_late": run.answered_late,
        "failed": total.failed.total(),
        "canceled": total.canceled,
        "as_expected": total.good.count,
        "error_rate": (ended - total.good.count) / ended if ended else 0.0,
        "bytes_sent": total.sent_bytes,
        "bytes_received": total.received_bytes,
        "connections": total.connections,
        "in_flight": run.in_flight,
        "generator_busiest": run.busiest,
        "seconds": seconds,
    }
    for name, series in (("lag", total.lag), ("connect", total.connecting)):
        if series.count:
            told |= {f"{name}_p50_ms": series.percentile(50) / 1_000}
            told |= {f"{name}_p99_ms": series.percentile(99) / 1_000}
    return {name: round(value, 3) for name, value in told.items()}


def _offered(run: Run) -> float:
    load = run.plan.load
    return load.expected / load.seconds if isinstance(load, OpenLoad) else 0.0


def outcomes(run: Run) -> dict[str, int]:
    """Return how often each target was answered with what, or failed how."""
    names = [target.name for target in run.plan.targets]
    counted = Counter[str]()
    for (at, what), count in sorted((run.total.answered + run.total.failed).items()):
        counted[f"{names[at]}: {what}"] += count
    return dict(counted)


def failures(run: Run) -> dict[str, int]:
    """Return how often what went wrong, the most frequent first."""
    counts = Counter[str]()
    for (_, name), count in run.total.failed.items():
        counts[name] += count
    for label, count in _unexpected(run):
        counts[label] += count
    return dict(counts.most_common())


def examples(run: Run, redactor: Redactor) -> dict[str, str]:
    """Return the first example of each kind of failure that has one."""
    found = {kind: _example(run.total, kind, redactor) for kind in failures(run)}
    return {kind: example for kind, example in found.items() if example}


def _unexpected(run: Run) -> Iterator[tuple[str, int]]:
    for (at, status), count in run.total.answered.items():
        if int(status) not in right_statuses(run.plan.targets[at]):
            yield f"status {status}", count


def _example(total: Frame, kind: str, redactor: Redactor) -> str:
    first = next(iter(total.examples.get(kind, ())), "")
    return redactor.redact(_COOKIES.sub(r"\1\2 [redacted]", first))[:_LONGEST_EXAMPLE]


def verdict_entries(run: Run, goals: Iterable[Goal]) -> tuple[VerdictEntry, ...]:
    """Return how each goal came out."""
    measured = measurement(run)
    return tuple(verdict_entry(goal.judge(measured)) for goal in goals)


def verdict_entry(judgment: Judgment) -> VerdictEntry:
    """Return a judgment as it is told."""
    told = (judgment.measured, "" if judgment.status is Status.VOID else judgment.reason)
    return VerdictEntry(
        goal=judgment.goal, status=judgment.status, measured="; ".join(filter(None, told))
    )


def load_words(plan: Plan) -> str:
    """Say in a line which load was sent."""
    load = plan.load
    if isinstance(load, ClosedLoad):
        return (
            f"{load.concurrency} users for {load.seconds:g} s, each waiting for its answer: "
            "service time under so many users, silent about requests that arrive by themselves"
        )
    steps = ", ".join(f"to {stage.rate:g}/s in {stage.seconds:g} s" for stage in load.stages)
    shape = (
        f"{load.start_rate:g} requests/s for {load.seconds:g} s"
        if all(stage.rate == load.start_rate for stage in load.stages)
        else f"from {load.start_rate:g} requests/s {steps}"
    )
    return f"{shape}, {load.arrivals} arrivals, sent when due whatever the answers do"


def seconds_table(run: Run) -> tuple[tuple[float, ...], ...]:
    """Return for each second: start, sent, answered, failed, p50, p95 and p99 in ms."""
    return tuple(
        (
            round(each.start, 1),
            each.taken,
            each.answered.total(),
            each.failed.total(),
            *(_of(each, share) for share in (50, 95, 99)),
        )
        for each in run.seconds
    )


def _of(frame: Frame, share: float) -> float:
    return frame.response.percentile(share) / 1_000 if frame.response.count else 0.0


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """Say what a comparison found, metric by metric."""
    yield f"second against first: {comparison.verdict} ({comparison.label})"
    for finding in comparison.findings:
        low, high = change(finding.interval.low), change(finding.interval.high)
        told = f"{finding.metric}: {finding.verdict}; {finding.reason}"
        yield f"{told}; 95 % interval {low} to {high}"
    # They may repeat the words of a saved file.
    yield from map(plain_line, comparison.cautions)


def second_words(frame: Frame, seconds: float) -> str:
    """Say in a line how a run goes: for progress."""
    answered, failed = frame.answered.total(), frame.failed.total()
    length = max(frame.end - frame.start, 1e-9)
    tail = latency(frame.response.percentile(95)) if frame.response.count else "-"
    wrong = percent(1 - frame.good.count / (answered + failed)) if answered + failed else "0 %"
    return (
        f"{min(frame.end, seconds):.0f} of {seconds:.0f} s: {plain(answered / length, places=0)} "
        f"answers/s, p95 {tail}, {wrong} errors"
    )
