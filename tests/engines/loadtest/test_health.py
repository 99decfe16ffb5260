"""What a run hands on to the verdicts."""

from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.health import measurement
from server.engines.loadtest.run import End, Run
from tests.engines.loadtest.measured import histogram
from tests.engines.loadtest.plans import plan_for, steady


def frame(start: float, end: float, good: int) -> Frame:
    latencies = histogram([1_000] * good)
    return Frame(start, end, taken=good, good=latencies, response=latencies)


def test_answers_after_the_last_request_are_late() -> None:
    frames = (frame(0, 1, 100), frame(1, 2.01, 50), frame(2.01, 3, 40), frame(3, 3.5, 2))
    run = Run(
        plan=plan_for(80, steady(96, 2)),
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

    handed_on = measurement(run)

    assert (handed_on.ok, handed_on.late, handed_on.seconds) == (192, 42, 2)
