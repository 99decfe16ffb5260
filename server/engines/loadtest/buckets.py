"""The bucket layout of HdrHistogram, vectorized: microseconds from 1 us to 1 h, 3 digits.

Values below 2,048 us have a bucket of their own. From there on each doubling of the value shares
1,024 buckets, so that a bucket is never wider than a thousandth of the values in it.
"""

import numpy as np
from numpy.typing import NDArray

LOWEST_US = 1
TOP_US = 3_600_000_000
DIGITS = 3

_HALF_BITS = 10
_HALF = 1 << _HALF_BITS
_MASK = 2 * _HALF - 1
_DOUBLINGS = (TOP_US // (2 * _HALF)).bit_length()

BUCKETS = (_DOUBLINGS + 2) * _HALF


def indexes_of(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the bucket of each value; the values (in us) lie between 0 and `TOP_US`."""
    # frexp gives the bit length in one pass; float64 holds every value here exactly.
    exponent = np.frexp((values | _MASK).astype(np.float64))[1]
    doubling = exponent.astype(np.int64) - (_HALF_BITS + 1)
    return (doubling << _HALF_BITS) + (values >> doubling)


def lowest_values(indexes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the lowest value (in us) that falls into each bucket."""
    doubling = _doublings(indexes)
    return (indexes - (doubling << _HALF_BITS)) << doubling


def widths(indexes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many values (in us) fall into each bucket."""
    return np.int64(1) << _doublings(indexes)


def highest_values(indexes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the highest value (in us) that falls into each bucket."""
    return lowest_values(indexes) + widths(indexes) - 1


def _doublings(indexes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often the width of each bucket was doubled."""
    return np.maximum((indexes >> _HALF_BITS) - 1, 0)
