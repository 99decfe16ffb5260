"""What to provide for a rate, from the steps of a rate search; nothing from a single run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isinf

from server.engines.loadtest.capacity.little import CrossCheck, concurrency, cross_check
from server.engines.loadtest.capacity.scalability import FEWEST_POINTS, Point, Scalability, fit
from server.engines.loadtest.capacity.search import (
    FEWEST_STEPS,
    Capacity,
    Standing,
    Step,
    capacity,
    throughput,
    usable,
)
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.wording import percent, plain

HEADROOM = 0.30
_SPREAD = 2.0  # the highest concurrency over the lowest, from which a law can be fitted


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A figure to plan with, the formula with the numbers in it, and what it follows from."""

    name: str
    value: float
    unit: str
    formula: str
    because: str


@dataclass(frozen=True, slots=True)
class Scaling:
    """All that follows from a rate search; `withheld` says what does not, and why.

    `law` may be shown even where it does not fit; nothing is recommended by it then.
    """

    capacity: Capacity
    law: Scalability | None
    checks: tuple[CrossCheck, ...]
    recommendations: tuple[Recommendation, ...]
    withheld: tuple[str, ...]


def scaling(steps: Sequence[Step], slo: Slo, *, wanted: float = 0.0) -> Scaling:
    """Return what a rate search says; `wanted` is the rate to plan for, requests a second.

    With fewer than `FEWEST_STEPS` usable steps nothing is recommended; a law takes
    `FEWEST_POINTS`.
    """
    found = capacity(steps, slo)
    sound = usable(steps)
    law = _law(sound)
    checks = tuple(cross_check(step) for step in sound if step.in_flight)
    withheld = tuple(_withheld(steps, found, law))
    if len(sound) < FEWEST_STEPS:
        return Scaling(found, law, checks, (), withheld)
    advice = (*_by_capacity(found, wanted), *_by_law(law))
    return Scaling(found, law, checks, advice, withheld)


def _law(steps: Sequence[Step]) -> Scalability | None:
    # What was counted holds also while requests pile up; Little's law only for a steady run.
    drawn = (Point(step.in_flight or concurrency(step), throughput(step)) for step in steps)
    points = [point for point in drawn if point.concurrency > 0 and point.throughput > 0]
    loads = {point.concurrency for point in points}
    if len(loads) < FEWEST_POINTS or max(loads) < _SPREAD * min(loads):
        return None
    return fit(points)


def _by_capacity(found: Capacity, wanted: float) -> Iterator[Recommendation]:
    if not found.best:
        return
    rate, usable_share = plain(found.rate), plain(1 - HEADROOM)
    because = f"the SLO held at {rate} req/s"
    if found.fails_at is not None:
        because = f"{because}, and not at {plain(found.fails_at)} req/s"
    yield Recommendation(
        "safe rate of one instance",
        found.rate * (1 - HEADROOM),
        "req/s",
        f"{rate} req/s x {usable_share}",
        f"{because}; 30 % headroom",
    )
    if wanted:
        yield Recommendation(
            "instances",
            ceil(wanted / (found.rate * (1 - HEADROOM))),
            "instances",
            f"ceil({plain(wanted)} req/s / ({rate} req/s x {usable_share}))",
            f"{because}; 30 % headroom, instances that share nothing that limits them",
        )
    yield _pool(found.best)


def _pool(step: Step) -> Recommendation:
    flight, mean_ms = concurrency(step), step.run.latencies.mean / 1000
    return Recommendation(
        "connection pool of one instance, at most",
        ceil(flight / (1 - HEADROOM)),
        "connections",
        f"ceil({plain(step.offered)} req/s x {plain(mean_ms)} ms / {plain(1 - HEADROOM)})",
        "Little's law at the capacity, were a connection held for all of a request",
    )


def _by_law(law: Scalability | None) -> Iterator[Recommendation]:
    if law is None or not law.fits or not law.is_measured or isinf(law.knee.high):
        return
    yield Recommendation(
        "most requests in flight",
        max(1, int(law.knee.low)),
        "requests",
        f"peak {plain(law.peak.value)} req/s / {plain(law.scale.value)} req/s of one request",
        f"the knee lies between {plain(law.knee.low)} and {plain(law.knee.high)} in flight; "
        "beyond it requests mostly wait",
    )


def _withheld(steps: Sequence[Step], found: Capacity, law: Scalability | None) -> Iterator[str]:
    sound = len(usable(steps))
    if sound < len(steps):
        yield f"{len(steps) - sound} of {len(steps)} steps are void or unanswered and left out"
    if sound < FEWEST_STEPS:
        yield f"no recommendation: {sound} usable steps, {FEWEST_STEPS} are needed"
    if found.best and found.fails_at is None:
        yield "the capacity is a lower bound: no step failed, so search at higher rates"
    unclear = [step for step in found.steps if step.standing is Standing.UNCLEAR]
    if any(step.offered > found.rate for step in unclear):
        yield "a step above the capacity is unclear: longer steps would narrow its interval"
    if law is None:
        yield f"no scalability law: it takes {FEWEST_POINTS} usable steps of different concurrency"
    elif not law.fits:
        highest = plain(max(map(throughput, usable(steps))))
        yield (
            f"no knee: the scalability law misses the steps by {percent(law.residual)}; the "
            f"highest throughput measured was {highest} req/s"
        )
    elif not law.is_measured:
        yield "no knee: every step lies below where the law puts it, so it was not seen"
