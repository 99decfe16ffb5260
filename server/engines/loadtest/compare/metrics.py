"""What two sides are compared by, and which direction is the better one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.engines.loadtest.measurement import Measurement


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure of one segment; `needed` requests must be behind it, or it is only a maximum."""

    name: str
    value: Callable[[Measurement], float]
    needed: int
    more_is_faster: bool = False


METRICS = (
    Metric("p50", lambda segment: segment.latencies.percentile(50), 2),
    Metric("p95", lambda segment: segment.latencies.percentile(95), 20),
    Metric("p99", lambda segment: segment.latencies.percentile(99), 100),
    Metric("throughput", lambda segment: segment.rate, 1, more_is_faster=True),
)


def measurable(
    segments: Sequence[Measurement],
) -> tuple[tuple[Metric, ...], tuple[Metric, ...]]:
    """Return the metrics with enough requests in every segment, and those without."""
    fewest = min(segment.latencies.count for segment in segments)
    # A side so slow that nothing came back while a segment lasted has no throughput to divide by.
    enough = tuple(
        metric
        for metric in METRICS
        if metric.needed <= fewest and all(metric.value(segment) > 0 for segment in segments)
    )
    return enough, tuple(metric for metric in METRICS if metric not in enough)
