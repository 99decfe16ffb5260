"""Runs the segments of one call in their order, until one fails."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.engines.migration.apply.course import Direction, Leg, checksum
from server.engines.migration.apply.desk import Desk
from server.engines.migration.apply.journal import Entry, State
from server.engines.migration.apply.outside import run_outside
from server.engines.migration.apply.stop import Failure, StoppedError, stopped
from server.engines.migration.apply.together import run_together
from server.engines.migration.step import Segment
from server.errors import UnavailableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to run: `boundaries` are the fingerprints after the segments, by number.

    `is_ahead` says that the first segment did its work already and only its entry is missing.
    """

    plan_id: str
    direction: Direction
    leg: Leg
    boundaries: Mapping[int, str]
    is_ahead: bool = False

    def entry(self, number: int, segment: Segment) -> Entry:
        """Return what the journal says of a segment that starts."""
        return Entry(
            plan=self.plan_id,
            direction=self.direction,
            segment=number,
            segments=len(self.leg.segments),
            state=State.STARTED,
            checksum=checksum(segment),
            boundary=self.boundaries[number],
        )


async def run(desk: Desk, order: Order) -> None:
    """Run the leg.

    Raises:
        StoppedError: a segment failed; those before it stay applied.
    """
    total = len(order.leg.segments)
    for number, segment in order.leg.numbered():
        try:
            failure = await _run_one(desk, order, number, segment)
        except UnavailableError as error:
            raise _lost(number, total) from error
        if failure is not None:
            raise stopped(failure, done=number, total=total, direction=order.direction)


async def _run_one(desk: Desk, order: Order, number: int, segment: Segment) -> Failure | None:
    title = f"segment {number + 1} of {len(order.leg.segments)}"
    entry = order.entry(number, segment)
    if segment.is_transactional:
        return await run_together(desk, segment, entry, title)
    is_ahead = order.is_ahead and number == order.leg.first
    return await run_outside(desk, segment, entry, title, is_ahead=is_ahead)


def _lost(number: int, total: int) -> StoppedError:
    return StoppedError(
        f"The server ended the session in segment {number + 1} of {total}. Segments before it are "
        "applied; of this one the journal and the catalog tell, once the server answers.",
        next_step="Call apply_migration again: it looks how far the segment came and goes on.",
    )
