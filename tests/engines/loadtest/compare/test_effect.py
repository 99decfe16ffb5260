import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.compare.effect import Effect

logs = st.lists(st.floats(-2, 2), min_size=3, max_size=20)


# Intervals, statistics and degrees of freedom as SciPy 1.17 gives them.
def test_the_interval_is_that_of_a_t_test() -> None:
    effect = Effect.of_pairs([0.11, 0.02, 0.17, 0.05, 0.09, 0.14])

    interval = effect.interval(0.95)

    assert math.log(interval.low) == pytest.approx(0.03817376877)
    assert math.log(interval.high) == pytest.approx(0.15515956456)
    assert effect.probability == pytest.approx(0.0081057407778)


def test_a_difference_of_groups_is_that_of_welch() -> None:
    effect = Effect.of_groups([3, 4, 5, 6, 7.5], [1, 2, 4], drift=0)

    assert effect.freedom == pytest.approx(4.8696731156)
    assert effect.log_ratio / effect.error == pytest.approx(-2.3485341151)
    assert effect.probability == pytest.approx(0.0670577142)


@given(logs, st.floats(0.5, 0.999))
def test_an_interval_excludes_equality_exactly_when_the_probability_is_small(
    ratios: list[float], confidence: float
) -> None:
    effect = Effect.of_pairs(ratios)
    interval = effect.interval(confidence)

    excludes = not interval.low <= 1 <= interval.high
    assert excludes == (effect.probability < 1 - confidence) or math.isclose(
        effect.probability, 1 - confidence, rel_tol=1e-6
    )


@given(logs)
def test_swapping_the_sides_inverts_the_ratio(ratios: list[float]) -> None:
    there, back = Effect.of_pairs(ratios), Effect.of_pairs([-each for each in ratios])

    assert there.ratio == pytest.approx(1 / back.ratio)
    assert there.probability == pytest.approx(back.probability)


def test_equal_figures_are_no_surer_than_the_buckets_are_wide() -> None:
    effect = Effect.of_pairs([0.0] * 10)

    assert effect.probability == 1
    assert 0.0005 < effect.smallest_shown(0.05) < 0.002


def test_drift_widens_every_statement_by_itself() -> None:
    still = Effect.of_groups([0.0, 0.1, 0.2, 0.1], [0.5, 0.6, 0.5, 0.4], drift=0)
    moved = Effect.of_groups([0.0, 0.1, 0.2, 0.1], [0.5, 0.6, 0.5, 0.4], drift=0.2)

    assert math.log(moved.interval(0.95).high) == pytest.approx(
        math.log(still.interval(0.95).high) + 0.2
    )
    assert moved.probability > still.probability
    assert moved.smallest_shown(0.05) > still.smallest_shown(0.05) + 0.2


def test_an_effect_of_the_smallest_size_shown_is_found_four_times_in_five() -> None:
    dice = np.random.default_rng(2)
    size = Effect(0.0, 0.1 / math.sqrt(10), 9).smallest_shown(0.05)
    samples = dice.normal(math.log1p(size), 0.1, (2_000, 10))

    found = sum(Effect.of_pairs(sample).probability < 0.05 for sample in samples.tolist())

    assert 0.76 < found / 2_000 < 0.84


def test_hopeless_uncertainty_is_infinite_and_no_error() -> None:
    assert Effect(0.0, 1e6, 5).smallest_shown(0.05) == math.inf
