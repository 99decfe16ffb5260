import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.inference.binomial import (
    Ranks,
    binomial_tail,
    rank_interval,
    share_interval,
)


def summed(successes: int, trials: int, share: float) -> float:
    return math.fsum(
        math.comb(trials, k) * share**k * (1 - share) ** (trials - k)
        for k in range(min(successes, trials) + 1)
    )


@given(st.integers(-1, 70), st.integers(1, 60), st.floats(0.001, 0.999))
def test_a_tail_is_the_sum_of_its_terms(successes: int, trials: int, share: float) -> None:
    assert binomial_tail(successes, trials, share) == pytest.approx(
        summed(successes, trials, share), abs=1e-12
    )


# Clopper and Pearson's 95 % intervals as SciPy 1.17 gives them.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        (0, 10, 0, 0.3084971),
        (1, 10, 0.002528579, 0.4450161),
        (5, 10, 0.1870860, 0.8129140),
        (10, 10, 0.6915029, 1),
        (0, 100, 0, 0.03621669),
    ],
)
def test_intervals_of_shares_are_those_of_clopper_and_pearson(
    successes: int, trials: int, low: float, high: float
) -> None:
    interval = share_interval(successes, trials)

    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-6)


def test_no_trials_tell_nothing_of_a_share() -> None:
    interval = share_interval(0, 0)

    assert (interval.low, interval.high) == (0, 1)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
@pytest.mark.parametrize(("count", "share"), [(30, 0.5), (1000, 0.9), (20_000, 0.999)])
def test_ranks_hold_the_quantile_as_often_as_they_say_and_no_closer_ones_do(
    count: int, share: float, confidence: float
) -> None:
    ranks = rank_interval(count, share, confidence)
    assert ranks.low is not None
    assert ranks.high is not None

    rest = (1 - confidence) / 2
    assert binomial_tail(ranks.low - 1, count, share) <= rest
    assert binomial_tail(ranks.low, count, share) > rest
    assert 1 - binomial_tail(ranks.high - 1, count, share) <= rest
    assert 1 - binomial_tail(ranks.high - 2, count, share) > rest


def test_the_median_of_ten_lies_between_the_second_and_the_ninth() -> None:
    assert rank_interval(10, 0.5) == Ranks(2, 9)


def test_few_values_do_not_bound_a_tail_from_above() -> None:
    assert rank_interval(100, 0.999) == Ranks(99, None)


def test_very_few_values_bound_nothing() -> None:
    assert rank_interval(3, 0.5) == Ranks(None, None)


def test_the_interval_holds_the_truth_of_a_simulation() -> None:
    count, truth = 2000, -math.log(1 - 0.99)
    values = np.sort(np.random.default_rng(5).exponential(size=(2000, count)), axis=1)
    ranks = rank_interval(count, 0.99)
    assert ranks.low is not None
    assert ranks.high is not None

    held = (values[:, ranks.low - 1] <= truth) & (truth <= values[:, ranks.high - 1])

    assert 0.945 <= held.mean() <= 0.98


def test_millions_of_values_are_no_trouble() -> None:
    ranks = rank_interval(50_000_000, 0.999)
    assert ranks.low is not None
    assert ranks.high is not None

    # 1.96 standard deviations of a binomial count.
    assert (ranks.high - ranks.low) / 2 == pytest.approx(438, abs=2)
