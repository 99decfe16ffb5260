"""What a run hands on to the verdicts."""

from dataclasses import replace

import pytest

from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.health import doubts, held_back, measurement, void_reasons
from server.engines.loadtest.plan import ClosedLoad, Limits, OpenLoad
from server.engines.loadtest.run import End, Run
from tests.engines.loadtest.measured import histogram
from tests.engines.loadtest.plans import plan_for, steady


def frame(start: float, end: float, good: int) -> Frame:
    latencies = histogram([1_000] * good)
    return Frame(start, end, taken=good, good=latencies, response=latencies)


def run_of(*frames: Frame, load: OpenLoad | ClosedLoad | None = None) -> Run:
    return Run(
        plan=plan_for(80, load or steady(96, 2)),
        seconds=frames,
        total=total(frames),
        planned=192,
        end=End.COMPLETED,
        reason="",
        workers=1,
        lost=(),
        busiest=0.1,
        loop="asyncio",
        started_at=0,
    )


def lagging(late: int, count: int, *, late_us: int = 50_000, response_us: int = 1_000) -> Frame:
    lag = histogram([late_us] * late + [10] * (count - late))
    return Frame(0, 1, taken=count, lag=lag, response=histogram([response_us] * count))


def test_answers_after_the_last_request_are_late() -> None:
    frames = (frame(0, 1, 100), frame(1, 2.01, 50), frame(2.01, 3, 40), frame(3, 3.5, 2))

    handed_on = measurement(run_of(*frames))

    assert (handed_on.ok, handed_on.late, handed_on.seconds) == (192, 42, 2)


@pytest.mark.parametrize(("late", "count"), [(3, 10), (6, 100), (30, 1_000), (1_200, 100_000)])
def test_a_generator_that_surely_sent_more_than_one_in_a_hundred_late_is_the_limit(
    late: int, count: int
) -> None:
    run = run_of(lagging(late, count))

    assert "requests were sent late" in measurement(run).void
    assert doubts(run) == ()


@pytest.mark.parametrize(("busiest", "cure"), [(0.04, "other work"), (0.7, "lower the rate")])
def test_what_kept_a_late_generator_waiting_is_told(busiest: float, cure: str) -> None:
    run = replace(run_of(lagging(30, 1_000)), busiest=busiest)

    assert cure in measurement(run).void


@pytest.mark.parametrize(("late", "count"), [(1, 10), (2, 100), (12, 1_000)])
def test_a_few_late_requests_are_chance_and_said_to_be_no_proof(late: int, count: int) -> None:
    run = run_of(lagging(late, count))

    assert void_reasons(run) == ()
    assert f"{count:,} requests are too few to show" in doubts(run)[0]


def test_enough_requests_in_time_leave_no_doubt() -> None:
    run = run_of(lagging(0, 400))

    assert (void_reasons(run), doubts(run)) == ((), ())


def test_lag_counts_against_what_the_server_takes() -> None:
    slow = run_of(lagging(100, 1_000, late_us=50_000, response_us=1_000_000))

    assert void_reasons(slow) == ()


def test_users_who_wait_have_no_lag_to_doubt() -> None:
    assert doubts(run_of(lagging(0, 10), load=ClosedLoad(2, 2))) == ()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(), ()),
        (Limits(requests=10, rate=100), ()),
        (Limits(requests=5), ("the users stopped at 5 requests, as many as are allowed",)),
        (Limits(rate=5), ("the users were held to 5 requests/s: the server may do more",)),
    ],
)
def test_users_who_were_held_back_are_not_taken_for_what_the_server_can_do(
    limits: Limits, words: tuple[str, ...]
) -> None:
    run = run_of(frame(0, 1, 5), load=ClosedLoad(2, 1))

    assert held_back(replace(run, plan=replace(run.plan, limits=limits))) == words
    assert held_back(run_of(frame(0, 1, 5))) == ()
