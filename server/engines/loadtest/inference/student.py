"""Student's t: how far a mean of few measurements may lie from the truth."""

from functools import lru_cache
from math import inf

from server.engines.loadtest.inference.beta import incomplete_beta, solve

_FARTHEST = 1e12


def student_tail(t: float, freedom: float) -> float:
    """Return the probability that Student's t is farther from 0 than `t`, on either side."""
    if t in {inf, -inf}:
        return 0.0
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


@lru_cache(maxsize=256)
def student_quantile(share: float, freedom: float) -> float:
    """Return the t that is not exceeded with probability `share`, for 0 < share < 1."""
    if share < 1 / 2:
        return -student_quantile(1 - share, freedom)
    both = 2 * (1 - share)
    return solve(lambda t: both - student_tail(t, freedom), 0.0, _FARTHEST)
