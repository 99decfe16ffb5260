import pytest

from server.engines.loadtest.capacity.little import CrossCheck, cross_check, in_flight
from server.engines.loadtest.capacity.recommendations import Scaling, scaling
from server.engines.loadtest.capacity.search import Step
from server.engines.loadtest.slo import Slo
from tests.engines.loadtest.measured import measured

SLO = Slo.parse("slo: 99% < 100ms over 30d")


def step(offered: float, latency_us: int, *, answered: float = 1.0, void: str = "") -> Step:
    return Step(offered, measured([latency_us] * int(offered * 10 * answered), void=void))


# One request takes 10 ms; from 800 a second on they wait.
SEARCH = [
    step(100, 10_000),
    step(200, 10_500),
    step(400, 12_000),
    step(600, 16_000),
    step(800, 30_000),
    step(1000, 120_000, answered=0.97),
    step(1200, 400_000, answered=0.85),
]


def figures(result: Scaling) -> dict[str, float]:
    return {each.name: each.value for each in result.recommendations}


def test_a_rate_search_says_what_to_provide() -> None:
    result = scaling(SEARCH, SLO, wanted=3000)

    assert figures(result) == {
        "safe rate of one instance": pytest.approx(560),
        "instances": 6,
        # 800 a second for 30 ms are 24 in flight.
        "connection pool of one instance, at most": 35,
        "most requests in flight": pytest.approx(10, abs=3),
    }
    assert result.withheld == ()


def test_every_recommendation_shows_the_numbers_that_it_follows_from() -> None:
    result = scaling(SEARCH, SLO, wanted=3000)

    assert [each.formula for each in result.recommendations][:3] == [
        "800 req/s x 0.7",
        "ceil(3,000 req/s / (800 req/s x 0.7))",
        "ceil(800 req/s x 30.01 ms / 0.7)",
    ]
    assert "held at 800 req/s, and not at 1,000" in result.recommendations[0].because


def test_nothing_follows_from_one_run() -> None:
    result = scaling([SEARCH[0]], SLO, wanted=3000)

    assert (result.recommendations, result.law) == ((), None)
    assert "no recommendation: 1 usable steps, 3 are needed" in result.withheld


def test_nothing_follows_from_void_steps() -> None:
    void = [step(each.offered, 10_000, void="lag") for each in SEARCH]

    result = scaling(void, SLO, wanted=3000)

    assert (result.recommendations, result.law, result.checks) == ((), None, ())
    assert result.withheld[0] == "7 of 7 steps are void or unanswered and left out"


def test_steps_without_a_single_right_answer_are_left_out() -> None:
    refused = Step(1400, measured([], [1_000] * 14_000))

    assert "1 of 8 steps are void or unanswered" in scaling([*SEARCH, refused], SLO).withheld[0]


def test_a_step_that_could_be_either_is_told() -> None:
    count = 2_000
    late = measured([10_000] * (count - 20) + [200_000] * 20)

    result = scaling([*SEARCH[:1], Step(200, late)], SLO)

    assert any("is unclear: longer steps" in line for line in result.withheld)


def test_a_first_step_that_fails_leaves_nothing_to_plan_with() -> None:
    assert figures(scaling(SEARCH[-2:] * 2, SLO, wanted=3000)) == {}


def test_a_search_that_never_failed_says_so() -> None:
    result = scaling(SEARCH[:4], SLO)

    assert result.capacity.fails_at is None
    assert "the capacity is a lower bound" in result.withheld[0]


def test_a_knee_that_was_not_seen_is_no_advice() -> None:
    flat = [step(rate, 10_000) for rate in (100, 200, 300, 400, 500, 600)]

    result = scaling(flat, SLO)

    assert "most requests in flight" not in figures(result)
    assert "no knee" in result.withheld[-1]


def test_requests_in_flight_are_rate_times_duration() -> None:
    assert in_flight(800, 30_000) == pytest.approx(24)


def checked(counted: float) -> CrossCheck:
    return cross_check(Step(800, SEARCH[4].run, counted))


@pytest.mark.parametrize("counted", [22, 24, 26])
def test_counted_requests_in_flight_agree_with_the_law_within_a_tenth(counted: float) -> None:
    assert checked(counted).expected == pytest.approx(24, abs=0.1)
    assert checked(counted).agrees


@pytest.mark.parametrize("counted", [12, 21, 27])
def test_other_counts_do_not_agree(counted: float) -> None:
    assert not checked(counted).agrees
