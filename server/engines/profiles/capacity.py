"""Capacity from the numbers given: load, concurrency, connections, instances, budgets."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.profiles.brief import Brief
from server.engines.profiles.profile import Sizing
from server.engines.profiles.quantities import plain
from server.engines.profiles.targets import Targets

HEADROOM = 0.30
FEWEST_INSTANCES = 2
DEFAULT_MAX_CONNECTIONS = 100
ARCHIVING_FROM_SECONDS = 120

_LITTLE = "Little, A Proof for the Queuing Formula: L = λW, 1961"
_SRE = "Beyer et al., Site Reliability Engineering, 2016, chapter 3"


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed number with its unit, the formula with the numbers in it, and its source."""

    name: str
    value: float
    unit: str
    formula: str
    source: str


def capacity(brief: Brief, aims: Targets, sizing: Sizing) -> tuple[Figure, ...]:
    """Compute every figure that the answers, the targets and the planning figures give."""
    return (*_load(brief), *_sizes(brief, aims, sizing), *_budgets(aims))


def pool_size(brief: Brief, sizing: Sizing) -> int:
    """Return the connections needed in all, 30 % of them idle at the p99 rate."""
    busy = brief.rate.per_second * sizing.connection_hold_ms / 1000
    return math.ceil(busy / (1 - HEADROOM))


def instances(brief: Brief, aims: Targets, sizing: Sizing) -> int:
    """Return the instances needed, 30 % of them idle at the p99 rate, never fewer than two."""
    usable = sizing.requests_in_flight_per_instance * (1 - HEADROOM)
    return max(FEWEST_INSTANCES, math.ceil(_concurrency(brief, aims) / usable))


def _concurrency(brief: Brief, aims: Targets) -> float:
    return brief.rate.per_second * _mean_ms(aims) / 1000


def _mean_ms(aims: Targets) -> float:
    """Return the mean that the targets allow: each band of requests at its slowest.

    Half of them take at most p50, the next 45 % at most p95; the rest is counted as p99.
    """
    return 0.50 * aims.p50_ms + 0.45 * aims.p95_ms + 0.05 * aims.p99_ms


def _load(brief: Brief) -> Iterator[Figure]:
    rate, ratio = plain(brief.rate.per_second), brief.ratio
    total = plain(ratio.reads + ratio.writes)
    for name, value, share in (
        ("reads", brief.read_rate, ratio.reads),
        ("writes", brief.write_rate, ratio.writes),
    ):
        formula = f"{rate} req/s x {plain(share)} / {total}"
        yield Figure(name, round(value, 2), "req/s", formula, "Q1, one query a request")


def _sizes(brief: Brief, aims: Targets, sizing: Sizing) -> Iterator[Figure]:
    rate, usable = plain(brief.rate.per_second), plain(1 - HEADROOM)
    in_flight = _concurrency(brief, aims)
    yield Figure(
        "concurrency",
        round(in_flight, 2),
        "requests in flight",
        f"L = λ W = {rate} req/s x {plain(_mean_ms(aims))} ms "
        "(the mean the targets allow: 50 % p50 + 45 % p95 + 5 % p99)",
        _LITTLE,
    )
    count = instances(brief, aims, sizing)
    each = sizing.requests_in_flight_per_instance
    yield Figure(
        "instances",
        count,
        "instances",
        f"max({FEWEST_INSTANCES}, ceil({plain(in_flight)} / ({each} in flight x {usable})))",
        f"30 % headroom; {sizing.source}; confirm by a load test",
    )
    pool = pool_size(brief, sizing)
    yield Figure(
        "pool size",
        pool,
        "connections in all",
        f"ceil({rate} req/s x {plain(sizing.connection_hold_ms)} ms / {usable})",
        f"Little's law on the pool, 30 % headroom; {sizing.source}",
    )
    yield Figure(
        "pool size of one instance",
        math.ceil(pool / count),
        "connections",
        f"ceil({pool} / {count})",
        "the pool shared out",
    )


def _budgets(aims: Targets) -> Iterator[Figure]:
    yield Figure(
        "error budget",
        round(aims.slo.budget_minutes, 2),
        "min in 30 d",
        f"(100 % - {aims.slo}) x 43,200 min",
        _SRE,
    )
    yield _copying(aims)


def _copying(aims: Targets) -> Figure:
    seconds = aims.rpo.seconds
    manual = "PostgreSQL documentation, archive_timeout and Streaming Replication"
    if not seconds:
        formula = "RPO 0: each commit waits for a synchronous standby"
        return Figure("replication lag, most", 0, "s", formula, manual)
    if seconds < ARCHIVING_FROM_SECONDS:
        formula = f"RPO {aims.rpo} / 2, by streaming replication: archiving is too coarse"
        return Figure("replication lag, most", round(seconds / 2, 2), "s", formula, manual)
    formula = f"RPO {aims.rpo} / 2: archive_timeout, the other half to ship the segment"
    return Figure("WAL archiving, every", round(seconds / 120, 2), "min", formula, manual)
