import math
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.engines.loadtest.plan import Arrivals, OpenLoad, Stage
from server.engines.loadtest.schedule import arrivals, share

steady = settings(deadline=None, max_examples=60)

rates = st.decimals(0, 400, places=2).map(float)
stages = st.builds(Stage, st.decimals(0, 4, places=2).map(float), rates)
loads = st.builds(
    OpenLoad,
    rates,
    st.lists(stages, min_size=1, max_size=4).map(tuple),
    st.sampled_from(Arrivals),
    st.integers(0, 2**32),
)


def joined(times: Iterable[NDArray[np.float64]]) -> list[float]:
    return np.concatenate([np.zeros(0), *times]).tolist()


def constant(rate: float, seconds: float) -> OpenLoad:
    return OpenLoad(rate, (Stage(seconds, rate),), Arrivals.CONSTANT)


def poisson(rate: float, seconds: float, seed: int = 0) -> OpenLoad:
    return OpenLoad(rate, (Stage(seconds, rate),), Arrivals.POISSON, seed)


@given(loads)
@steady
def test_times_ascend_within_the_duration(load: OpenLoad) -> None:
    times = joined(arrivals(load))

    assert times == sorted(times)
    assert all(0 <= time <= load.seconds + 1e-9 for time in times)


@given(loads, st.integers(1, 8))
@steady
def test_the_shares_of_all_workers_are_exactly_the_whole(load: OpenLoad, workers: int) -> None:
    parts = [joined(share(arrivals(load), each, workers)) for each in range(workers)]

    assert sorted(time for part in parts for time in part) == joined(arrivals(load))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@given(st.decimals("0.1", 500, places=2), st.decimals("0.1", 9, places=2))
@steady
def test_a_constant_rate_sends_the_exact_count(rate: Decimal, seconds: Decimal) -> None:
    times = joined(arrivals(constant(float(rate), float(seconds))))

    assert len(times) == math.ceil(rate * seconds)


def test_a_constant_rate_is_evenly_spaced() -> None:
    assert joined(arrivals(constant(200, 10))) == pytest.approx([i / 200 for i in range(2000)])


def test_each_worker_of_a_constant_rate_is_evenly_spaced_from_its_phase() -> None:
    assert joined(share(arrivals(constant(10, 2)), 3, 4)) == pytest.approx(
        [3 / 10 + i * 4 / 10 for i in range(5)]
    )


def test_a_ramp_from_nothing_sends_the_area_under_it() -> None:
    load = OpenLoad(0, (Stage(10, 100),), Arrivals.CONSTANT)

    times = joined(arrivals(load))

    assert (len(times), times[0]) == (500, 0)
    assert [5 * time * time for time in times] == pytest.approx(list(range(500)), abs=1e-6)


def test_a_ramp_to_nothing_is_the_ramp_from_nothing_backwards() -> None:
    load = OpenLoad(100, (Stage(10, 0),), Arrivals.CONSTANT)

    times = joined(arrivals(load))

    assert len(times) == 500
    assert [500 - 5 * (10 - time) ** 2 for time in times] == pytest.approx(
        list(range(500)), abs=1e-6
    )


def test_a_stage_of_no_length_is_a_jump() -> None:
    load = OpenLoad(10, (Stage(1, 10), Stage(0, 100), Stage(1, 100)), Arrivals.CONSTANT)

    times = joined(arrivals(load))

    assert (sum(time < 1 for time in times), sum(time >= 1 for time in times)) == (10, 100)


def test_nothing_is_due_while_the_rate_is_zero() -> None:
    load = OpenLoad(5, (Stage(1, 5), Stage(0, 0), Stage(3, 0), Stage(0, 5), Stage(1, 5)))

    assert not [time for time in joined(arrivals(load)) if 1 < time < 4]


def test_arrays_hold_at_most_a_second_each() -> None:
    chunks = list(arrivals(poisson(50, 20)))

    assert len(chunks) == 20
    assert max(float(np.ptp(chunk)) for chunk in chunks) <= 1


def test_the_same_seed_gives_the_same_times_and_another_gives_others() -> None:
    times = joined(arrivals(poisson(100, 3, seed=7)))

    assert times == joined(arrivals(poisson(100, 3, seed=7)))
    assert times != joined(arrivals(poisson(100, 3, seed=8)))


def test_gaps_of_poisson_arrivals_are_exponential() -> None:
    gaps = np.sort(np.diff(joined(arrivals(poisson(1000, 60)))))

    expected = -np.log1p(-(np.arange(gaps.size) + 0.5) / gaps.size) / 1000
    # Kolmogorov's distance of 60,000 gaps is below 0.0067 in 99 of 100 processes.
    assert float(np.abs(np.exp(-1000 * gaps) - np.exp(-1000 * expected)).max()) < 0.0067


def test_poisson_arrivals_follow_a_ramp() -> None:
    load = OpenLoad(0, (Stage(20, 1000),), Arrivals.POISSON, 3)

    times = joined(arrivals(load))

    # 2,500 are expected in the first half, of 10,000; four deviations are 200 and 400.
    assert abs(sum(time < 10 for time in times) - 2500) < 200
    assert abs(len(times) - 10_000) < 400


@pytest.mark.parametrize(
    "load",
    [
        OpenLoad(-1, (Stage(1, 1),)),
        OpenLoad(1, (Stage(-1, 1),)),
        OpenLoad(1, (Stage(1, float("nan")),)),
        OpenLoad(1, (Stage(float("inf"), 1),)),
    ],
)
def test_an_impossible_load_is_an_error(load: OpenLoad) -> None:
    with pytest.raises(ValueError, match=r"negative|Fraction"):
        list(arrivals(load))


@pytest.mark.parametrize(("worker", "workers"), [(-1, 2), (2, 2), (0, 0)])
def test_a_worker_that_does_not_exist_has_no_share(worker: int, workers: int) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        list(share([], worker, workers))


def test_a_million_arrivals_come_without_a_gap() -> None:
    times = arrivals(constant(100_000, 10))

    assert max(later[0] - earlier[-1] for earlier, later in pairwise(times)) < 1.1e-5
