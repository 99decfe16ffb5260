"""The binomial distribution: intervals of a share, and of a percentile by its ranks."""

from dataclasses import dataclass

from server.engines.loadtest.inference.beta import beta_quantile, incomplete_beta


@dataclass(frozen=True, slots=True)
class Shares:
    """An interval of a share, from 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranks:
    """An interval of ranks; None where so few values cannot bound that side."""

    low: int | None
    high: int | None


def binomial_tail(successes: int, trials: int, share: float) -> float:
    """Return the probability of at most `successes` in `trials` that each succeed by `share`."""
    if successes < 0 or successes >= trials:
        return float(successes >= trials)
    return incomplete_beta(trials - successes, successes + 1, 1 - share)


def share_interval(successes: int, trials: int, confidence: float = 0.95) -> Shares:
    """Return the interval of the share behind `successes` of `trials` (Clopper and Pearson, 1934).

    It holds the share at least as often as it says; of no trials it is everything.
    """
    rest = (1 - confidence) / 2
    failures = trials - successes
    low = beta_quantile(rest, successes, failures + 1) if successes else 0.0
    high = beta_quantile(1 - rest, successes + 1, failures) if failures else 1.0
    return Shares(low, high)


def rank_interval(count: int, share: float, confidence: float = 0.95) -> Ranks:
    """Return the ranks among `count` values between which the quantile of `share` lies.

    Distribution-free: the number of values below the quantile is binomial (David and Nagaraja,
    Order Statistics, 2003, chapter 7.1).
    """
    rest = (1 - confidence) / 2
    # The lower rank is the last whose lower neighbors are too many only with probability `rest`.
    low = _first(count, share, rest)
    high = _first(count, share, 1 - rest) + 1
    return Ranks(low if low >= 1 else None, high if high <= count else None)


def _first(trials: int, share: float, probability: float) -> int:
    """Return the fewest successes whose tail exceeds `probability`."""
    low, high = 0, trials
    while low < high:
        middle = (low + high) // 2
        if binomial_tail(middle, trials, share) >= probability:
            high = middle
        else:
            low = middle + 1
    return low
