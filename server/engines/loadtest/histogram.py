"""Latencies as counts in HdrHistogram's buckets: small, mergeable without loss, exact in rank."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.buckets import (
    BUCKETS,
    TOP_US,
    highest_values,
    indexes_of,
    lowest_values,
    widths,
)
from server.engines.loadtest.hdr_codec import decode_counts, encode_counts

Percent = int | float | Decimal

_WHOLE = 100
_TICKS = 5  # points a halving of the remaining share: HdrHistogram's own default


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a cumulative distribution: `count` values, a `share` (0..1), are at most it."""

    value_us: int
    share: float
    count: int


class Histogram:
    """Counts of latencies; a value, never changed after it was made.

    `count` is the sum of all counts; `clamped` tells how many values lay above the top of 1 h and
    are counted in the bucket of the top. Two histograms are equal when their counts are. Only
    the buckets that hold something are kept, because a run has several histograms for each of its
    seconds: `used` are their places, ascending, and `used_counts` their counts, both read-only.
    """

    __slots__ = ("clamped", "count", "used", "used_counts")

    used: NDArray[np.int32]
    used_counts: NDArray[np.int64]
    count: int
    clamped: int

    def __init__(self, counts: NDArray[np.int64] | None = None, *, clamped: int = 0) -> None:
        """Take over `counts`; none is the empty histogram.

        Raises:
            ValueError: the array has another shape, or a count is negative.
        """
        dense = np.zeros(BUCKETS, np.int64) if counts is None else counts
        if dense.shape != (BUCKETS,) or dense.min() < 0:
            raise ValueError(f"counts must be {BUCKETS} numbers from 0, got {dense.shape}")
        self.used = np.flatnonzero(dense).astype(np.int32)
        self.used_counts = dense[self.used].astype(np.int64)
        self.used.setflags(write=False)
        self.used_counts.setflags(write=False)
        self.count = int(self.used_counts.sum())
        self.clamped = clamped

    @property
    def counts(self) -> NDArray[np.int64]:
        """The count of every bucket, `BUCKETS` of them, read-only."""
        dense = np.zeros(BUCKETS, np.int64)
        dense[self.used] = self.used_counts
        dense.setflags(write=False)
        return dense

    @classmethod
    def of(cls, values: NDArray[np.int64]) -> Self:
        """Count `values`, in us.

        Raises:
            ValueError: a value is negative.
        """
        recorder = Recorder()
        recorder.record(values)
        return cls(recorder.counts, clamped=recorder.clamped)

    @classmethod
    def merged(cls, parts: Iterable["Histogram"]) -> Self:
        """Add up histograms, without loss; of nothing, the empty one."""
        counts, clamped = np.zeros(BUCKETS, np.int64), 0
        for part in parts:
            counts[part.used] += part.used_counts
            clamped += part.clamped
        return cls(counts, clamped=clamped)

    @classmethod
    def decode(cls, text: str) -> Self:
        """Read what `encode` wrote; how many values were clamped is not part of the format.

        Raises:
            InvalidInputError: it is not a histogram of this layout.
        """
        return cls(decode_counts(text))

    def merge(self, other: "Histogram") -> "Histogram":
        """Return the counts of both, without loss."""
        return Histogram.merged((self, other))

    def encode(self) -> str:
        """Write the V2 compressed form (`HISTF...`) that every HdrHistogram reads."""
        return encode_counts(self.counts)

    @property
    def lowest(self) -> int:
        """The lowest value in us, to the precision of its bucket; 0 when empty."""
        return int(lowest_values(self._bucket_of_rank(1))) if self.count else 0

    @property
    def highest(self) -> int:
        """The highest value in us, to the precision of its bucket; 0 when empty."""
        return self.value_at_rank(self.count) if self.count else 0

    @property
    def mean(self) -> float:
        """The mean in us, each value taken as the middle of its bucket; 0 when empty."""
        used = self.used.astype(np.int64)
        middles = lowest_values(used) + (widths(used) >> 1)
        # In float64: an int64 would overflow at 2.6e9 values of an hour each.
        total = float(np.dot(middles.astype(np.float64), self.used_counts))
        return total / self.count if self.count else 0.0

    def percentile(self, percent: Percent) -> int:
        """Return the value in us that at least `percent` (0 to 100) of all values do not exceed.

        HdrHistogram's rule: the value of rank ceil(percent / 100 x count), the highest that its
        bucket may stand for; for 0 the lowest of the first bucket.

        Raises:
            ValueError: the histogram is empty, or `percent` is out of range.
        """
        if not percent:
            return int(lowest_values(self._bucket_of_rank(1)))
        return self.value_at_rank(self.rank(percent))

    def rank(self, percent: Percent) -> int:
        """Return ceil(percent / 100 x count), computed exactly, at least 1.

        In floats 99.9 / 100 x 200,000 is 199,800.00000000003, whose ceiling is one too high.
        """
        if not 0 <= percent <= _WHOLE:
            raise ValueError(f"a percentile is from 0 to 100, got {percent}")
        return max(1, _ceiling(Fraction(str(percent)) * self.count / _WHOLE))

    def value_at_rank(self, rank: int) -> int:
        """Return the value in us of the `rank`-th lowest value, the highest of its bucket.

        Raises:
            ValueError: there is no such rank.
        """
        return int(highest_values(self._bucket_of_rank(rank)))

    def count_at_most(self, value_us: int) -> int:
        """Return how many values are at most `value_us`, to the precision of its bucket."""
        if value_us < 0:
            return 0
        index = indexes_of(np.array([min(value_us, TOP_US)], np.int64))[0]
        return int(self.used_counts[self.used <= index].sum())

    def distribution(self) -> tuple[Point, ...]:
        """Return the points of an HDR plot, denser towards the tail; none when empty."""
        return tuple(self._points())

    def _points(self) -> Iterator[Point]:
        cumulative, seen = np.cumsum(self.used_counts), 0
        ranks = [max(1, _ceiling(share * self.count)) for share in _shares(self.count)]
        places = np.searchsorted(cumulative, ranks)
        values = highest_values(self.used[places].astype(np.int64))
        for value, upto in zip(values, cumulative[places], strict=True):
            if upto > seen:
                yield Point(int(value), int(upto) / self.count, int(upto))
            seen = upto

    def _bucket_of_rank(self, rank: int) -> NDArray[np.int64]:
        if not 1 <= rank <= self.count:
            raise ValueError(f"rank {rank} of {self.count} values does not exist")
        place = np.searchsorted(np.cumsum(self.used_counts), rank)
        return np.asarray(self.used[place], np.int64)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Histogram):
            return NotImplemented
        return bool(
            np.array_equal(self.used, other.used)
            and np.array_equal(self.used_counts, other.used_counts)
        )

    def __hash__(self) -> int:
        return hash((self.used.tobytes(), self.used_counts.tobytes()))

    def __repr__(self) -> str:
        return f"Histogram({self.count} values, {self.lowest} to {self.highest} us)"


class Recorder:
    """The one thing that counts in place: a run records into it, then takes the value out."""

    __slots__ = ("clamped", "counts")

    counts: NDArray[np.int64]
    clamped: int

    def __init__(self) -> None:
        self.counts = np.zeros(BUCKETS, np.int64)
        self.clamped = 0

    def record(self, values: NDArray[np.int64]) -> None:
        """Count a batch of values, in us; those above the top are clamped to it.

        Raises:
            ValueError: a value is negative; nothing of the batch is counted.
        """
        if not values.size:
            return
        if (lowest := int(values.min())) < 0:
            raise ValueError(f"a latency is never negative, got {lowest} us")
        if int(values.max()) > TOP_US:
            self.clamped += int(np.count_nonzero(values > TOP_US))
            values = np.minimum(values, TOP_US)
        added = np.bincount(indexes_of(values))
        self.counts[: added.size] += added

    def histogram(self) -> Histogram:
        """Return what was counted so far."""
        return Histogram(self.counts, clamped=self.clamped)

    def take(self) -> Histogram:
        """Return what was counted so far, and start again from nothing."""
        taken = self.histogram()
        self.counts[:] = 0
        self.clamped = 0
        return taken


def _ceiling(number: Fraction) -> int:
    return -int(-number // 1)


def _shares(count: int) -> Iterator[Fraction]:
    """Yield shares from 0 that halve the rest every `_TICKS` steps, and at the end 1."""
    rest = Fraction(1)
    while rest * count >= 1:
        for tick in range(_TICKS):
            yield 1 - rest + rest * tick / (2 * _TICKS)
        rest /= 2
    if count:
        yield Fraction(1)
