"""What a proof found: what ran, what still differs, and what became of the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.proof.course import Course, Failure
from server.engines.migration.proof.residual import Residual
from server.engines.migration.proof.seed.seed import Seeding
from server.engines.migration.proof.survival import Fate, Survival
from server.engines.migration.step import Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One plan, run forward and back on a copy of the source that held rows.

    A residual is None where the plan did not get that far.
    """

    version: str
    """Of the server that it ran on, as in `18.6`."""
    forward: Course
    back: Course = field(default_factory=Course)
    forward_residual: Residual | None = None
    back_residual: Residual | None = None
    seeding: Seeding = field(default_factory=Seeding)
    survival: tuple[Survival, ...] = ()
    unexpected: tuple[str, ...] = ()
    """Tables whose rows changed although no step says that it loses data."""
    setbacks: tuple[Failure, ...] = ()
    """What failed on rows of another kind, before these were tried: other data can stop it."""
    notes: tuple[str, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether it leads there and back without a failure, a difference or a silent loss."""
        residuals = (self.forward_residual, self.back_residual)
        return (
            self.forward.failure is None
            and self.back.failure is None
            and all(each is not None and each.is_empty for each in residuals)
            and not self.unexpected
        )


def unexpected(
    survival: Iterable[Survival], segments: Iterable[Segment], source: Catalog
) -> tuple[str, ...]:
    """Return the tables that lose rows or values though no hazard of the plan covers them."""
    hazards = [
        hazard
        for segment in segments
        for step in segment.steps
        for hazard in step.hazards
        if hazard.kind is HazardKind.DATA_LOSS
    ]
    tables = {".".join(table.identity.names): table for table in source.of(Table)}
    return tuple(
        each.table
        for each in survival
        if _is_changed(each)
        and not _is_covered(tables[each.table], _telling(hazards, each), source)
    )


def _telling(hazards: Iterable[Hazard], survival: Survival) -> Iterable[Hazard]:
    """Return the hazards that can explain it: a column takes no rows, and no other's values."""
    of_columns = [each for each in hazards if each.subject.kind == Column.kind]
    named = {each.subject.name for each in of_columns}
    is_lost = Fate.LOST in {survival.forward.fate, survival.back.fate}
    if is_lost or not named.issuperset(survival.back.columns):
        return [each for each in hazards if each not in of_columns]
    return hazards


def _is_changed(survival: Survival) -> bool:
    """Whether rows are missing, or do not come back as they were.

    Values may read differently in between, as a label of an enum that was renamed does.
    """
    there_and_back = {survival.forward.fate, survival.back.fate}
    return Fate.LOST in there_and_back or survival.back.fate in {Fate.COUNTED, Fate.GAINED}


def _is_covered(table: Table, hazards: Iterable[Hazard], source: Catalog) -> bool:
    return any(_covers(hazard.subject, table, source) for hazard in hazards)


def _covers(subject: Identity, table: Table, source: Catalog) -> bool:
    if subject.kind not in {Table.kind, Column.kind}:
        # A type, a schema, an extension: which tables it reaches is not known here.
        return True
    names = subject.names[:-1] if subject.kind == Column.kind else subject.names
    lost = source.get(Identity(Table.kind, names), Table)
    above = {one.names for one in lost.parents} if lost else set[tuple[str, ...]]()
    return table.identity.names in {names, *above}
