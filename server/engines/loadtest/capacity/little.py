"""Little's law: requests in flight are their rate times their duration, whatever the system."""

from dataclasses import dataclass

from server.engines.loadtest.capacity.search import Step

_SECOND = 1_000_000
_AGREES = 0.10


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Requests in flight as they follow from rate and latency, and as they were counted.

    Where they disagree, one of the three was not measured right, or the run was not steady.
    """

    offered: float
    expected: float
    counted: float

    @property
    def agrees(self) -> bool:
        """Whether both are the same within a tenth, or within one request."""
        return abs(self.counted - self.expected) <= max(1.0, _AGREES * self.expected)


def in_flight(rate: float, mean_us: float) -> float:
    """Return the mean number of requests in flight: L = lambda W (Little, 1961)."""
    return rate * mean_us / _SECOND


def concurrency(step: Step) -> float:
    """Return how many requests of a step were in flight on average, by Little's law."""
    ended = step.run.latencies.count / step.run.seconds if step.run.seconds else 0.0
    return in_flight(ended, step.run.latencies.mean)


def cross_check(step: Step) -> CrossCheck:
    """Hold the counted requests in flight of a step against Little's law."""
    return CrossCheck(step.offered, concurrency(step), step.in_flight)
