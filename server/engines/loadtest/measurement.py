"""What one run, or one segment of a comparison, has measured: all that a verdict looks at."""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Self

import numpy as np

from server.engines.loadtest.buckets import TOP_US
from server.engines.loadtest.histogram import Histogram

_DEVIATIONS = 3.0  # by which more than the mean may be under way at the end


@dataclass(frozen=True, slots=True)
class Measurement:
    """Response times and counts of `seconds` of load.

    `latencies` holds the response times of all answers, and of timeouts the time that was waited;
    `good` those of the requests that were answered as expected. `errors` were not, or not at all.
    `void` says why the generator was the limit; a void measurement shows its figures, but nothing
    follows from them. `late` of the good were answered after the `seconds` were over, while what
    had piled up was still being worked off. `canceled` were given up by us before their answer.
    `in_flight` is the mean number under way, 0 where it was not counted.
    """

    latencies: Histogram
    good: Histogram
    errors: int
    seconds: float
    void: str = ""
    late: int = 0
    canceled: int = 0
    in_flight: float = 0.0

    @property
    def ok(self) -> int:
        """How many requests were answered as expected."""
        return self.good.count

    @property
    def requests(self) -> int:
        """All that came to an end."""
        return self.ok + self.errors

    @property
    def rate(self) -> float:
        """Requests a second that were answered as expected while the load lasted.

        What was worked off after its end would make a target that was overrun look as fast as what
        was offered; the few that are always under way are no such pile.
        """
        usual = self.in_flight + _DEVIATIONS * sqrt(self.in_flight) + 1
        piled_up = self.late if self.late > usual else 0
        return (self.ok - piled_up) / self.seconds if self.seconds else 0.0

    @property
    def error_share(self) -> float:
        """The share of requests that failed, from 0 to 1; 0 of none."""
        return self.errors / self.requests if self.requests else 0.0

    @property
    def untimed(self) -> int:
        """Requests that have no response time: canceled, or failed without an answer."""
        return self.canceled + max(0, self.requests - self.latencies.count)

    @property
    def at_worst(self) -> Self:
        """The same, had every request without a response time waited for ever."""
        waiting = Histogram.of(np.full(self.untimed, TOP_US, np.int64))
        return replace(
            self,
            latencies=self.latencies.merge(waiting),
            errors=self.errors + self.canceled,
            canceled=0,
        )
