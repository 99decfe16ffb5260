"""The regularized incomplete beta function, of which other distributions' tails are values."""

from collections.abc import Callable, Iterator
from math import exp, inf, lgamma, log, log1p

_PRECISION = 1e-15
_MOST_TERMS = 1_000_000  # the fraction needs about the root of the parameters
_TINY = 1e-300
_HALVINGS = 200


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return I_x(a, b), the probability that a Beta(a, b) is at most `x`; a, b > 0, 0 <= x <= 1.

    By the continued fraction of DLMF 8.17.22, on the side of the mean where it converges fast.
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    weight = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return min(1.0, exp(weight) * _fraction(a, b, x) / a)


def beta_quantile(share: float, a: float, b: float) -> float:
    """Return the x with I_x(a, b) = `share`, for 0 < share < 1."""
    return solve(lambda x: incomplete_beta(a, b, x) - share, 0.0, 1.0)


def solve(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function that rises from `low` to `high` crosses 0, by halving."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def _fraction(a: float, b: float, x: float) -> float:
    """Evaluate 1 / (1 + d1 / (1 + d2 / ...)) from the front (Lentz)."""
    value = denominator = 1 / _apart(1 + next(_terms(a, b, x)))
    numerator = 1.0
    for term in _terms(a, b, x, first=2):
        denominator = 1 / _apart(1 + term * denominator)
        numerator = _apart(1 + term / numerator)
        value *= numerator * denominator
        if abs(numerator * denominator - 1) < _PRECISION:
            return value
    return inf


def _terms(a: float, b: float, x: float, *, first: int = 1) -> Iterator[float]:
    for place in range(first, _MOST_TERMS):
        m = place // 2
        if place % 2:
            yield -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            yield m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))


def _apart(number: float) -> float:
    """Return the number, or the next best where a division by 0 would follow."""
    return number if abs(number) > _TINY else _TINY
