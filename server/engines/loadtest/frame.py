"""What a generator tells of the time since it told last; adding up frames gives the whole run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from server.engines.loadtest.histogram import Histogram

Outcomes = Counter[tuple[int, str]]
"""Counts by a target's place, and a status as `200` or the name of a failure."""
_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer with what it says about rate limits; times in seconds from the start."""

    due: float
    sent: float
    answered: float
    status: int
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """One stretch of a run, from `start` to `end` seconds after the run began.

    `response` counts from when a request was due, `service` from when it was written, `lag` is
    how late it was taken up, `connecting` how long connections took to open. `taken` requests
    were taken up; each is answered, failed or canceled, in this frame or a later one.
    `cpu` are seconds of processor time that the generator used.
    """

    start: float
    end: float
    taken: int = 0
    answered: Outcomes = field(default_factory=Outcomes)
    failed: Outcomes = field(default_factory=Outcomes)
    canceled: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    cpu: float = 0.0
    connections: int = 0
    in_flight: float = 0.0
    """The mean number of requests under way, counted fifty times a second."""
    response: Histogram = field(default_factory=Histogram)
    good: Histogram = field(default_factory=Histogram)
    """Response times of what was answered as expected."""
    service: Histogram = field(default_factory=Histogram)
    lag: Histogram = field(default_factory=Histogram)
    connecting: Histogram = field(default_factory=Histogram)
    by_target: tuple[Histogram, ...] = ()
    """Response times of each target, where there are several."""
    examples: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    answers: tuple[Answer, ...] = ()


def total(frames: Iterable[Frame]) -> Frame:
    """Add up frames: counts and histograms without loss, the first examples of each kind.

    `connections` is the most that were open at once in one frame. `in_flight` adds up as well,
    for frames of several generators in the same second; of no frames, an empty one.
    """
    parts = list(frames)
    return Frame(
        start=min((each.start for each in parts), default=0.0),
        end=max((each.end for each in parts), default=0.0),
        taken=sum(each.taken for each in parts),
        answered=_added(each.answered for each in parts),
        failed=_added(each.failed for each in parts),
        canceled=sum(each.canceled for each in parts),
        sent_bytes=sum(each.sent_bytes for each in parts),
        received_bytes=sum(each.received_bytes for each in parts),
        cpu=sum(each.cpu for each in parts),
        connections=max((each.connections for each in parts), default=0),
        in_flight=sum(each.in_flight for each in parts),
        response=Histogram.merged(each.response for each in parts),
        good=Histogram.merged(each.good for each in parts),
        service=Histogram.merged(each.service for each in parts),
        lag=Histogram.merged(each.lag for each in parts),
        connecting=Histogram.merged(each.connecting for each in parts),
        by_target=_by_target(parts),
        examples=_examples(parts),
        answers=tuple(answer for each in parts for answer in each.answers),
    )


def _added(counts: Iterable[Outcomes]) -> Outcomes:
    added: Outcomes = Counter()
    for each in counts:
        added.update(each)
    return added


def _by_target(frames: list[Frame]) -> tuple[Histogram, ...]:
    columns = zip(*(each.by_target for each in frames if each.by_target), strict=True)
    return tuple(Histogram.merged(column) for column in columns)


def _examples(frames: list[Frame]) -> dict[str, list[str]]:
    merged: dict[str, list[str]] = {}
    for frame in frames:
        for label, details in frame.examples.items():
            kept = merged.setdefault(label, [])
            kept += details[: _EXAMPLES - len(kept)]
    return merged
