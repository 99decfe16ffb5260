"""The highest rate at which an SLO still holds, from the steps of a rate search."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from server.engines.loadtest.inference.binomial import share_interval
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.wording import percent, plain

FEWEST_STEPS = 3
KEPT_UP = 0.95  # of what was offered; below it the target was behind, and its queue grew
_DEVIATIONS = 3.0  # by which random arrivals may be fewer than were expected
_MEDIAN = 50
_SECOND = 1_000_000  # microseconds


class Standing(StrEnum):
    """How one step came out."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCLEAR = "unclear"
    """The interval of the share of bad requests holds the share that is allowed."""
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a rate search: what was offered, requests a second, and what came of it.

    `in_flight` is the mean number of requests on their way, counted and not computed; 0 when it
    was not counted.
    """

    offered: float
    run: Measurement
    in_flight: float = 0.0


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step came out, and why in words."""

    offered: float
    standing: Standing
    reason: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """The highest rate that held, below which no step failed; 0 when there is none.

    A slow step has few requests and may be unclear: faster ones that held speak for it.
    `fails_at` is the lowest rate that failed; None when none did, so that the capacity may well be
    higher. `best` is the step that held.
    """

    rate: float
    fails_at: float | None
    best: Step | None
    steps: tuple[StepResult, ...]


def capacity(steps: Sequence[Step], slo: Slo) -> Capacity:
    """Return the capacity at the SLO; void and unclear steps show up, and decide nothing."""
    ordered = sorted(steps, key=lambda step: step.offered)
    results = tuple(_result(step, slo) for step in ordered)
    standings = [result.standing for result in results]
    end = standings.index(Standing.FAILS) if Standing.FAILS in standings else len(results)
    held = [at for at in range(end) if standings[at] is Standing.HOLDS]
    best = ordered[held[-1]] if held else None
    fails_at = ordered[end].offered if end < len(ordered) else None
    return Capacity(best.offered if best else 0.0, fails_at, best, results)


def usable(steps: Sequence[Step]) -> list[Step]:
    """Return the steps from which something may follow: not void, and answered."""
    return [step for step in steps if not step.run.void and step.run.ok]


def throughput(step: Step) -> float:
    """Return the requests a second that the target really answered as expected.

    Until the first answer none could have come.
    """
    run = step.run
    answering = run.seconds - run.latencies.lowest / _SECOND
    return (run.ok - run.late) / answering if answering > 0 else 0.0


def _is_behind(step: Step) -> bool:
    """Tell whether clearly fewer came to an end than must have, had they not piled up."""
    run = step.run
    if not run.latencies.count:
        return step.offered > 0
    typical = run.latencies.percentile(_MEDIAN) / _SECOND
    due = step.offered * max(0.0, run.seconds - typical)
    fewest = min(KEPT_UP * due, due - _DEVIATIONS * sqrt(due))
    return run.requests - run.late < fewest


def _result(step: Step, slo: Slo) -> StepResult:
    run = step.run
    if run.void:
        return StepResult(step.offered, Standing.VOID, run.void)
    if _is_behind(step):
        reason = f"only {plain(throughput(step))}/s were answered as expected and in time"
        return StepResult(step.offered, Standing.FAILS, reason)
    budget = slo.budget(run)
    interval = share_interval(budget.bad, budget.requests)
    reason = (
        f"{percent(budget.bad_share)} failed or were late ({percent(interval.low)} to "
        f"{percent(interval.high)}); {percent(budget.allowed_share)} are allowed"
    )
    if interval.high <= budget.allowed_share:
        return StepResult(step.offered, Standing.HOLDS, reason)
    standing = Standing.FAILS if interval.low > budget.allowed_share else Standing.UNCLEAR
    return StepResult(step.offered, standing, reason)
