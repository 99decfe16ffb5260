"""A rate search over a simulated server: eight workers, each busy for ten milliseconds a request.

It carries 800 requests a second, and not one more.
"""

from dataclasses import replace
from heapq import heapreplace

import numpy as np
import pytest

from server.engines.loadtest.capacity.recommendations import Scaling, scaling
from server.engines.loadtest.capacity.search import Step, throughput
from server.engines.loadtest.slo import Slo
from tests.engines.loadtest.measured import measured

SECONDS = 4.0
SLO = Slo.parse("slo: 99% < 50ms over 30d")


def step(offered: float) -> Step:
    dice = np.random.default_rng(int(offered))
    arrivals = np.sort(dice.random(dice.poisson(offered * SECONDS))) * SECONDS
    free = [0.0] * 8
    ends: list[float] = []
    for arrival in arrivals.tolist():
        ends.append(max(arrival, free[0]) + 0.01)
        heapreplace(free, ends[-1])
    waits = np.array(ends) - arrivals
    inside = np.minimum(np.array(ends), SECONDS) - arrivals
    run = measured((waits * 1e6).astype(np.int64).tolist(), seconds=SECONDS)
    late = int(np.sum(np.array(ends) > SECONDS))
    return Step(offered, replace(run, late=late), float(inside.sum()) / SECONDS)


@pytest.fixture(scope="module")
def found() -> Scaling:
    rates = (50, 100, 200, 300, 400, 500, 600, 700, 750, 850, 1000, 1200)
    return scaling([step(rate) for rate in rates], SLO, wanted=3_000)


def test_a_corner_is_no_curve_and_the_law_says_that_it_does_not_fit(found: Scaling) -> None:
    assert found.law is not None
    assert not found.law.fits
    assert "most requests in flight" not in {each.name for each in found.recommendations}
    assert "highest throughput measured was 80" in found.withheld[0]


def test_the_capacity_lies_below_the_peak(found: Scaling) -> None:
    assert found.capacity.rate in {600, 700, 750}
    assert found.capacity.fails_at in {700, 750, 850}


def test_an_overrun_server_is_behind_although_it_answers_everything() -> None:
    overrun = step(1200)

    assert overrun.run.errors == 0
    assert throughput(overrun) == pytest.approx(800, rel=0.01)


def test_littles_law_holds_where_nothing_piles_up(found: Scaling) -> None:
    assert all(check.agrees for check in found.checks if check.offered <= 700)
