"""How far a plan was applied, as the journal tells it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from server.engines.migration.apply.course import Direction, checksum, segments_of
from server.engines.migration.apply.journal import Entry, State, of_plan
from server.engines.migration.plan import Plan
from server.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Position:
    """Between which segments the database stands.

    `done` counts segments of `direction`; `boundary` is the fingerprint that the schema must
    have there. `pending` is the last attempt at what comes next, if it was not finished.
    """

    direction: Direction
    done: int
    boundary: str
    pending: Entry | None = None


def position(entries: Iterable[Entry], plan: Plan) -> Position:
    """Return where a database stands: at the source, unless the journal says otherwise.

    Raises:
        RefusedError: the journal has other statements under the plan's id.
    """
    here = Position(Direction.FORWARD, 0, plan.fingerprints[0])
    for entry in of_plan(entries, plan.id):
        _check(entry, plan)
        here = _after(here, entry, plan)
    return here


def _after(here: Position, entry: Entry, plan: Plan) -> Position:
    if entry.state is not State.DONE:
        return replace(here, pending=entry)
    done = entry.segment + 1
    if entry.direction is Direction.BACK and done == len(plan.back):
        return Position(Direction.FORWARD, 0, plan.fingerprints[0])
    return Position(entry.direction, done, entry.boundary)


def _check(entry: Entry, plan: Plan) -> None:
    segments = segments_of(plan, entry.direction)
    is_ours = entry.segment < len(segments) and entry.segments == len(segments)
    if not is_ours or entry.checksum != checksum(segments[entry.segment]):
        raise RefusedError(
            f"The journal has other statements for segment {entry.segment + 1} ({entry.direction}) "
            f"of plan {plan.id[:12]}: it was changed by hand.",
            next_step="Compare senior_backend.migration_history with the plan.",
        )


def is_at_end(here: Position, plan: Plan) -> bool:
    """Tell whether all of the plan was applied."""
    return here.direction is Direction.FORWARD and here.done == len(plan.forward)


def is_partly_back(here: Position) -> bool:
    """Tell whether the way back was begun."""
    return here.direction is Direction.BACK


def start_of(here: Position, plan: Plan, wanted: Direction) -> int:
    """Return how many segments of the wanted direction are done already.

    Raises:
        RefusedError: the plan does not lead there from here; says what does.
    """
    if wanted is here.direction:
        return here.done
    if wanted is Direction.BACK:
        return _start_of_back(here, plan)
    raise RefusedError(
        f"Plan {plan.id[:12]} is on its way back: {here.done} of {len(plan.back)} segments are "
        "undone, and forward again it leads only from its beginning.",
        next_step="Call apply_migration with direction='back' to finish the way back first.",
    )


def _start_of_back(here: Position, plan: Plan) -> int:
    if is_at_end(here, plan) and here.done:
        return 0
    how = (
        "Finish it with direction='forward', then go back; or have generate_migration write a "
        f"plan from the present schema to the one before: source={plan.source!r} as its target."
    )
    if not here.done:
        how = "The journal knows of nothing to undo."
    raise RefusedError(
        f"The way back of plan {plan.id[:12]} starts where all of it is applied; here "
        f"{here.done} of {len(plan.forward)} segments are.",
        next_step=how,
    )
