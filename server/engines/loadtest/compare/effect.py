"""A difference as a ratio with its uncertainty, from segments and never from single requests.

Requests of one run are not independent: resampling them gave 35 % false alarms between equal
sides on a machine that drifted, where Student's t over pairs of segments keeps its 5 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from statistics import fmean, variance
from typing import Self

from server.engines.loadtest.inference.student import student_quantile, student_tail

POWER = 0.8  # how often an effect must be found for us to say that it could have been

# Latencies are counted in buckets of a thousandth: equal figures are equal no more closely.
_RESOLUTION = log(1.001)


@dataclass(frozen=True, slots=True)
class Interval:
    """A ratio and the ends between which it lies, with the confidence that was asked for."""

    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """The logarithm of a ratio, its standard error, and the degrees of freedom of that error.

    `drift` is what the machine itself may have changed in between, either way; it widens every
    statement.
    """

    log_ratio: float
    error: float
    freedom: float
    drift: float = 0.0

    @classmethod
    def of_pairs(cls, log_ratios: Sequence[float]) -> Self:
        """Return the mean of the log ratios of pairs; at least two."""
        count = len(log_ratios)
        spread = max(sqrt(variance(log_ratios)), _RESOLUTION)
        return cls(fmean(log_ratios), spread / sqrt(count), count - 1)

    @classmethod
    def of_groups(cls, before: Sequence[float], after: Sequence[float], *, drift: float) -> Self:
        """Return the difference of the means of logarithms, by Welch (1947); two or more each."""
        parts = [max(variance(group), _RESOLUTION**2) / len(group) for group in (before, after)]
        freedom = sum(parts) ** 2 / sum(
            part**2 / (len(group) - 1) for part, group in zip(parts, (before, after), strict=True)
        )
        return cls(fmean(after) - fmean(before), sqrt(sum(parts)), freedom, drift)

    @property
    def ratio(self) -> float:
        """How many times the first side's figure the second side's is."""
        return exp(self.log_ratio)

    @property
    def probability(self) -> float:
        """The probability of such a difference, or a larger one, between equal sides."""
        beyond = max(0.0, abs(self.log_ratio) - self.drift)
        return student_tail(beyond / self.error, self.freedom)

    def interval(self, confidence: float) -> Interval:
        """Return the ratio between ends that hold it with this confidence."""
        reach = student_quantile((1 + confidence) / 2, self.freedom) * self.error + self.drift
        return Interval(self.ratio, _exp(self.log_ratio - reach), _exp(self.log_ratio + reach))

    def smallest_shown(self, level: float) -> float:
        """Return the smallest change that would have been found 4 times in 5 (0.1 is 10 %).

        `level` is the probability of a false alarm that is accepted.
        """
        found = student_quantile(1 - level / 2, self.freedom)
        reach = found + student_quantile(POWER, self.freedom)
        return _exp(reach * self.error + self.drift) - 1


def _exp(logarithm: float) -> float:
    try:
        return exp(logarithm)
    except OverflowError:
        return inf
