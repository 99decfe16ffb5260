"""The way back that a migration of somebody else's brings: run after it, set beside the source."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.foreign_file import ForeignFile
from server.engines.migration.foreign_losses import Ways, with_losses
from server.engines.migration.lint.lint import Migration, read
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.survival import Fate, Outcome, Survival
from server.engines.migration.step import Segment

_KEPT = frozenset({Fate.UNCHANGED, Fate.UNKNOWN})
_BADNESS: Mapping[Fate, int] = {
    Fate.UNCHANGED: 0,
    Fate.UNKNOWN: 0,
    Fate.GAINED: 1,
    Fate.COUNTED: 2,
    Fate.LOST: 3,
}


@dataclass(frozen=True, slots=True)
class Brought:
    """What a way back did, after the way forward of the same file in one proof.

    The steps say what they discard. `changed` are tables whose rows are not what they were before
    the file, and would be after our own way back.
    """

    segments: tuple[Segment, ...]
    proof: Proof
    effects: tuple[Effect, ...]
    changed: tuple[str, ...]

    @property
    def leads_back(self) -> bool:
        """Whether it ran, to the schema and the rows that were there before the file."""
        left = self.proof.back_residual
        return left is not None and left.is_empty and not self.changed


def brings_all_back(proof: Proof) -> bool:
    """Whether nothing of the schema or the rows is other than before the way there."""
    left = proof.back_residual
    fates = {each.back.fate for each in proof.survival}
    return left is not None and left.is_empty and fates <= _KEPT


def brought(
    back: tuple[Segment, ...],
    proofs: tuple[Proof, Proof | None],
    catalogs: tuple[Catalog, Catalog],
    ways: Ways,
) -> Brought:
    """Return what a way back did; `proofs` are its own, and one of our way back to measure it by.

    `catalogs` are of the source and of where the file leads, and `ways` from the second to the
    first: what was known before the way back, and what the source calls it.
    """
    theirs, ours = proofs
    source, target = catalogs
    script = read(
        Migration(before=target, after=source, segments=back, observations=theirs.back.observations)
    )
    file = with_losses(ForeignFile(back), script, ways)
    return Brought(
        file.segments,
        theirs,
        effects(file.segments, theirs.back, relations(target, source)),
        tuple(_changed(theirs, ours)) if ours else (),
    )


def _changed(theirs: Proof, ours: Proof) -> Iterator[str]:
    measures = {each.table: each for each in ours.survival}
    for each in theirs.survival:
        ours_is_known = each.table in measures and not ours.back.failure
        measure = measures[each.table].back if ours_is_known else _expected(each)
        if _is_worse(each.back, measure):
            yield each.table


def _expected(survival: Survival) -> Outcome:
    """Return what a way back cannot do better than: it brings no rows that were lost before."""
    return Outcome() if survival.forward.fate in _KEPT else survival.back


def _is_worse(outcome: Outcome, measure: Outcome) -> bool:
    if outcome.fate is measure.fate is Fate.COUNTED:
        return not set(outcome.columns) <= set(measure.columns)
    return _BADNESS[outcome.fate] > _BADNESS[measure.fate]
