"""A plan in one direction: its segments, and what the schema is at each boundary between them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.engines.migration.plan import Plan
from server.engines.migration.step import Segment


class Direction(StrEnum):
    """Which way a plan is applied."""

    FORWARD = "forward"
    BACK = "back"


def segments_of(plan: Plan, direction: Direction) -> tuple[Segment, ...]:
    """Return the segments of one direction."""
    return plan.forward if direction is Direction.FORWARD else plan.back


def checksum(segment: Segment) -> str:
    """Return the SHA-256 of the segment's statements."""
    text = "\0".join(step.sql for step in segment.steps)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def phases(segments: tuple[Segment, ...]) -> tuple[int, ...]:
    """Return the phases in their order."""
    return tuple(dict.fromkeys(segment.phase for segment in segments))


@dataclass(frozen=True, slots=True)
class Leg:
    """The segments from one boundary to another: what one call runs."""

    segments: tuple[Segment, ...]
    first: int
    end: int

    def numbered(self) -> Iterator[tuple[int, Segment]]:
        """Yield the segments with their numbers, from 0."""
        yield from enumerate(self.segments[self.first : self.end], start=self.first)


def leg(segments: tuple[Segment, ...], done: int, through_phase: int | None) -> Leg:
    """Return what is to run now: up to the end of a phase, by default of the next unfinished."""
    end = done
    for number, segment in enumerate(segments[done:], start=done):
        limit = segments[done].phase if through_phase is None else through_phase
        if segment.phase > limit:
            break
        end = number + 1
    return Leg(segments, done, end)
