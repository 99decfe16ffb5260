"""Percentiles with the number of values behind each, and whether those are enough."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.inference.binomial import rank_interval

USUAL = tuple(map(Decimal, ("50", "75", "90", "95", "99", "99.9", "100")))

_WHOLE = 100
_VALUES_BEYOND = 10  # fewer values above a percentile make it a matter of luck


@dataclass(frozen=True, slots=True)
class Row:
    """One percentile of one run; 100 is the maximum.

    `beyond` values of `count` are higher. `low_us` and `high_us` hold the percentile in 95 of 100
    runs under exactly these conditions; what differs between runs is not in them ("within-run
    only"). None is an end that so few values cannot bound.
    """

    percent: Decimal
    value_us: int
    count: int
    beyond: int
    needed: int
    low_us: int | None
    high_us: int | None

    @property
    def is_sufficient(self) -> bool:
        """Whether enough values were measured for this percentile to mean something."""
        return self.count >= self.needed

    @property
    def name(self) -> str:
        """The name it goes by: `p99.9`, `max`."""
        return name_of(self.percent)


def name_of(percent: Decimal) -> str:
    """Return the name that a percentile goes by: `p99.9`, `max`."""
    return "max" if percent == _WHOLE else f"p{percent.normalize():f}"


def samples_needed(percent: Decimal) -> int:
    """Return how many values leave ten beyond the percentile: 10 / (1 - p), 1 for the maximum."""
    rest = 1 - percent / _WHOLE
    return ceil(_VALUES_BEYOND / rest) if rest else 1


def rows(latencies: Histogram, percents: Iterable[Decimal] = USUAL) -> tuple[Row, ...]:
    """Return a row for each percentile, in the order given; none for an empty histogram."""
    if not latencies.count:
        return ()
    return tuple(_row(latencies, percent) for percent in percents)


def _row(latencies: Histogram, percent: Decimal) -> Row:
    ranks = rank_interval(latencies.count, float(percent) / _WHOLE)
    ends = (
        None if rank is None else latencies.value_at_rank(rank) for rank in (ranks.low, ranks.high)
    )
    return Row(
        percent,
        latencies.percentile(percent),
        latencies.count,
        latencies.count - latencies.rank(percent),
        samples_needed(percent),
        *ends,
    )
