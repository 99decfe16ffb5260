from collections.abc import Sequence
from dataclasses import replace

import pytest

from server.engines.loadtest.capacity.search import Capacity, Standing, Step, capacity
from server.engines.loadtest.slo import Slo
from tests.engines.loadtest.measured import measured

SLO = Slo.parse("slo: 99% < 100ms over 30d")


def step(offered: float, *, late: float = 0.0, ended: float = 1.0, void: str = "") -> Step:
    """Ten seconds of which a share was late, and a share came to an end."""
    count = int(offered * 10 * ended)
    slow = int(count * late)
    return Step(offered, measured([10_000] * (count - slow) + [200_000] * slow, void=void))


def standings(found: Capacity) -> Sequence[Standing]:
    return [each.standing for each in found.steps]


def test_the_capacity_is_the_highest_rate_below_which_all_hold() -> None:
    found = capacity([step(400, late=0.1), step(100), step(200), step(300)], SLO)

    assert (found.rate, found.fails_at) == (300, 400)
    assert standings(found) == [Standing.HOLDS] * 3 + [Standing.FAILS]


def test_a_rate_above_one_that_failed_is_no_capacity() -> None:
    found = capacity([step(100), step(200, late=0.1), step(300)], SLO)

    assert (found.rate, found.fails_at) == (100, 200)


def test_an_interval_that_holds_what_is_allowed_neither_holds_nor_fails() -> None:
    found = capacity([step(100), step(200, late=0.009)], SLO)

    assert standings(found) == [Standing.HOLDS, Standing.UNCLEAR]
    assert (found.rate, found.fails_at) == (100, None)


def test_a_slow_step_with_too_few_requests_to_tell_is_no_end() -> None:
    found = capacity([step(10), step(100)], SLO)

    assert standings(found) == [Standing.UNCLEAR, Standing.HOLDS]
    assert found.rate == 100


def test_a_target_that_falls_behind_fails_however_fast_its_answers_are() -> None:
    found = capacity([step(100), step(200, ended=0.9)], SLO)

    assert (found.rate, found.steps[1].standing) == (100, Standing.FAILS)
    assert "only 180.18/s were answered" in found.steps[1].reason


def test_what_was_worked_off_after_the_load_was_not_kept_up_with() -> None:
    run = measured([10_000] * 2_000)

    found = capacity([step(100), Step(200, replace(run, late=200))], SLO)

    assert (found.rate, found.steps[1].standing) == (100, Standing.FAILS)


def test_answers_that_were_on_their_way_at_the_end_are_no_backlog() -> None:
    # Of an answer time of 90 ms, 9 in 1,000 are under way when ten seconds are over.
    run = replace(measured([90_000] * 20_000), late=180)

    assert capacity([Step(2_000, run)], SLO).rate == 2_000


def test_random_arrivals_that_were_few_are_no_backlog() -> None:
    # 100 were expected; three deviations less are 70.
    assert capacity([Step(10, measured([10_000] * 75))], Slo.parse("slo: 80% < 1s over 1d")).rate


def test_a_target_that_never_answers_fails() -> None:
    assert capacity([Step(10, measured([], unanswered=100))], SLO).steps[0].standing is (
        Standing.FAILS
    )


def test_a_void_step_decides_nothing() -> None:
    found = capacity([step(100), step(200, void="lag"), step(300)], SLO)

    assert (found.rate, found.fails_at) == (300, None)
    assert standings(found)[1] is Standing.VOID


@pytest.mark.parametrize("steps", [[], [step(100, late=0.5)], [step(100, void="lag")]])
def test_there_may_be_no_capacity(steps: Sequence[Step]) -> None:
    found = capacity(steps, SLO)

    assert (found.rate, found.best) == (0, None)
