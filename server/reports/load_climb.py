"""A rate search on a page: how the server took each rate, and where the goal broke."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from server.engines.loadtest.capacity.search import Capacity, Standing, Step, throughput
from server.engines.loadtest.wording import latency, plain
from server.reports.load_axes import Axis, climb_axis, latency_axis, rate_axis
from server.reports.load_charts import Chart, Line

_TONES: Final = {
    Standing.HOLDS: "good",
    Standing.FAILS: "bad",
    Standing.UNCLEAR: "warn",
    Standing.VOID: "warn",
}


@dataclass(frozen=True, slots=True)
class Climb:
    """The steps of a search, and the capacity that follows from them."""

    steps: tuple[Step, ...]
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step in words."""

    offered: str
    answered: str
    p50: str
    p99: str
    in_flight: str
    standing: str
    tone: str
    reason: str


def step_rows(climb: Climb | None) -> tuple[StepRow, ...]:
    """Return the steps from the lowest rate to the highest."""
    if climb is None:
        return ()
    rows = zip(_ordered(climb.steps), climb.capacity.steps, strict=True)
    return tuple(_row(step, each.standing, each.reason) for step, each in rows)


def _row(step: Step, standing: Standing, reason: str) -> StepRow:
    times = step.run.latencies
    p50, p99 = (latency(times.percentile(at)) if times.count else "-" for at in (50, 99))
    return StepRow(
        offered=f"{plain(step.offered, places=1)}/s",
        answered=f"{plain(throughput(step), places=1)}/s",
        p50=p50,
        p99=p99,
        in_flight=plain(step.in_flight, places=1),
        standing=standing,
        tone=_TONES[standing],
        reason=reason,
    )


def climb_chart(climb: Climb | None) -> Chart | None:
    """Return response times by the rate that was offered; None where no step says anything."""
    sound = _sound(climb)
    if climb is None or not sound:
        return None
    x = climb_axis(step.offered for step in climb.steps)
    lines = tuple(
        Line(
            f"p{percent}",
            [(step.offered, step.run.latencies.percentile(percent)) for step in sound],
            is_dotted=True,
        )
        for percent in (99, 50)
    )
    y = latency_axis(value for line in lines for _, value in line.points if value is not None)
    return Chart(
        name="climb",
        title="Response time by offered rate",
        description=f"{_capacity_words(climb.capacity)} {_ends(sound)}",
        x=x,
        y=y,
        lines=(*_mark(climb.capacity, y), *lines),
    )


def yield_chart(climb: Climb | None) -> Chart | None:
    """Return what was answered by the rate that was offered; None where no step says anything."""
    sound = _sound(climb)
    if climb is None or not sound:
        return None
    offered = [step.offered for step in sound]
    answered = [throughput(step) for step in sound]
    y = rate_axis(max(*offered, *answered))
    return Chart(
        name="yield",
        title="Answered by offered rate",
        description=(
            f"At most {plain(max(answered))} requests a second were answered as expected and in "
            f"time; {plain(max(offered))} were offered at most."
        ),
        x=climb_axis(step.offered for step in climb.steps),
        y=y,
        lines=(
            *_mark(climb.capacity, y),
            Line("offered", [(each, each) for each in offered]),
            Line("answered", [*zip(offered, answered, strict=True)], is_dotted=True),
        ),
        height=260,
    )


def _ordered(steps: Sequence[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: step.offered)


def _sound(climb: Climb | None) -> list[Step]:
    steps = _ordered(climb.steps) if climb else []
    return [step for step in steps if not step.run.void and step.run.latencies.count]


def _mark(capacity: Capacity, y: Axis) -> Iterator[Line]:
    """Yield a line where the capacity stands, if there is one."""
    if capacity.rate:
        yield Line("capacity", ((capacity.rate, y.low), (capacity.rate, y.high)))


def _capacity_words(capacity: Capacity) -> str:
    if not capacity.rate:
        return "The goal held at no rate."
    return f"The goal held at {plain(capacity.rate)} requests a second."


def _ends(steps: Sequence[Step]) -> str:
    first, last = (latency(each.run.latencies.percentile(99)) for each in (steps[0], steps[-1]))
    return (
        f"p99 is {first} at {plain(steps[0].offered)} and {last} at {plain(steps[-1].offered)} "
        "requests a second."
    )
