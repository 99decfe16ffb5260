import math

import numpy as np
import pytest

from server.engines.loadtest.capacity.scalability import Point, Scalability, fit
from server.engines.loadtest.inference.estimate import Estimate

LOADS = (1, 2, 4, 8, 16, 32, 64, 128)


def law(load: float, scale: float, contention: float, coherence: float) -> float:
    return scale * load / (1 + contention * (load - 1) + coherence * load * (load - 1))


def fitted(*parameters: float, noise: float = 0, seed: int = 0) -> Scalability:
    dice = np.random.default_rng(seed)
    return fit([Point(n, law(n, *parameters) * math.exp(dice.normal(0, noise))) for n in LOADS])


def holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


def test_an_exact_law_is_found_exactly() -> None:
    model = fitted(1000, 0.03, 0.0002)

    assert (model.scale.value, model.contention.value, model.coherence.value) == pytest.approx(
        (
            1000,
            0.03,
            0.0002,
        )
    )
    assert model.peak_concurrency.value == pytest.approx(math.sqrt(0.97 / 0.0002))
    assert model.residual == pytest.approx(0, abs=1e-9)


def test_the_peak_is_the_highest_throughput_of_any_concurrency() -> None:
    model = fitted(1000, 0.03, 0.0002)

    highest = max(law(n, 1000, 0.03, 0.0002) for n in np.linspace(1, 500, 50_000))
    assert model.peak.value == pytest.approx(highest, rel=1e-6)
    assert model.throughput(model.peak_concurrency.value) == pytest.approx(highest, rel=1e-6)
    assert model.knee.value == pytest.approx(highest / 1000)


def test_contention_alone_nears_its_end_without_a_peak() -> None:
    model = fitted(500, 0.05, 0)

    assert model.peak.value == pytest.approx(10_000)
    assert model.peak_concurrency.value > 1_000
    assert model.is_measured


def test_a_target_that_only_grew_has_no_measured_knee() -> None:
    assert not fitted(500, 0.0, 0.0, noise=0.01).is_measured


def test_negative_parameters_are_never_the_answer() -> None:
    # More than in proportion: a cache that warms up.
    model = fit([Point(n, 100 * n**1.1) for n in LOADS])

    assert (model.contention.value, model.coherence.value) == (0, 0)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    models = [fitted(1000, 0.03, 0.0002, noise=0.05, seed=seed) for seed in range(60)]

    peak, at = law(math.sqrt(0.97 / 0.0002), 1000, 0.03, 0.0002), math.sqrt(0.97 / 0.0002)
    assert sum(holds(model.peak, peak) for model in models) >= 52
    assert sum(holds(model.peak_concurrency, at) for model in models) >= 52
    assert sum(holds(model.contention, 0.03) for model in models) >= 52


def test_noise_moves_the_peak_less_than_its_size() -> None:
    peak = law(math.sqrt(0.97 / 0.0002), 1000, 0.03, 0.0002)

    models = [fitted(1000, 0.03, 0.0002, noise=0.05, seed=seed) for seed in range(20)]

    assert all(model.peak.value == pytest.approx(peak, rel=0.15) for model in models)


@pytest.mark.parametrize(
    "points",
    [
        [Point(n, 10 * n) for n in (1, 2, 3, 4)],
        [Point(1, 10)] * 9,
        [Point(n, 10 * n) for n in (0, 1, 2, 3, 4)],
        [Point(n, 0) for n in (1, 2, 3, 4, 5)],
        [Point(1 + n / 10, 10 * n + 10) for n in range(8)],
    ],
)
def test_too_few_loads_make_no_law(points: list[Point]) -> None:
    with pytest.raises(ValueError, match=r"5 different loads|twice the lowest"):
        fit(points)
