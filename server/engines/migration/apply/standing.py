"""Whether a database is where the journal says, and if not, where it is."""

from dataclasses import dataclass
from pathlib import Path

from server.engines.migration.apply.course import segments_of
from server.engines.migration.apply.outline import differences, keep
from server.engines.migration.apply.position import Position
from server.engines.migration.apply.present import Present
from server.engines.migration.plan import Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a database stands.

    `boundaries` are the numbers of the plan's boundaries that look like it, 0 being the source.
    `is_ahead` says that a segment which was cut short did all of its work. `drift` tells by name
    what is other than at the boundary that the journal records, where that could be found out.
    """

    boundaries: tuple[int, ...]
    is_expected: bool
    is_ahead: bool = False
    drift: tuple[str, ...] = ()

    @property
    def may_go_on(self) -> bool:
        """Whether the plan fits."""
        return self.is_expected or self.is_ahead


def standing(cache: Path, now: Present, plan: Plan, here: Position) -> Standing:
    """Compare the present schema with the boundary that the journal records.

    What it is at a boundary is kept, so that a later drift can be told by name.
    """
    found = tuple(n for n, each in enumerate(plan.fingerprints) if each == now.boundary)
    is_ahead = is_done_unrecorded(now, plan, here)
    if now.boundary == here.boundary or is_ahead:
        keep(cache, now.ground.catalog)
        return Standing(found, is_expected=not is_ahead, is_ahead=is_ahead)
    drift = differences(cache, here.boundary, now.ground.catalog)
    return Standing(found, is_expected=False, drift=drift)


def is_done_unrecorded(now: Present, plan: Plan, here: Position) -> bool:
    """Tell whether an attempt that has no end in the journal did its work all the same.

    Only of what runs outside a transaction: the others are recorded by the same commit.
    """
    entry = here.pending
    if entry is None or now.boundary == here.boundary:
        return False
    segments = segments_of(plan, entry.direction)
    return not segments[entry.segment].is_transactional and entry.boundary == now.boundary
