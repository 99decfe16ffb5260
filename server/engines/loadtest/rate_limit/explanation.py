"""Which limiter explains the decisions, and which others would as well."""

from dataclasses import dataclass

from server.engines.loadtest.rate_limit.fixed_window import fixed_window
from server.engines.loadtest.rate_limit.limiter import Limiter
from server.engines.loadtest.rate_limit.sequence import Sequence
from server.engines.loadtest.rate_limit.sliding_window import sliding_window, spacing
from server.engines.loadtest.rate_limit.token_bucket import token_bucket

# In the order in which one is preferred to another that explains as much.
EXPLANATIONS = (spacing, token_bucket, fixed_window, sliding_window)

_MOST_CONTRADICTIONS = 0.05
_AS_GOOD = 0.01


@dataclass(frozen=True, slots=True)
class Explanation:
    """The limiter that is contradicted least, and those that would explain as much."""

    limiter: Limiter
    others: tuple[Limiter, ...]


def explain(sequence: Sequence) -> Explanation | None:
    """Return the limiter behind the decisions; None when none of the known explains them."""
    found = [limiter for each in EXPLANATIONS if (limiter := each(sequence))]
    good = [limiter for limiter in found if limiter.contradictions <= _MOST_CONTRADICTIONS]
    if not good:
        return None
    least = min(limiter.contradictions for limiter in good)
    first, *others = (each for each in good if each.contradictions <= least + _AS_GOOD)
    return Explanation(first, tuple(others))
