"""Tables whose rows or values a plan loses in silence."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.survival import Fate, Survey, Survival
from server.engines.migration.proof.told import Naming, Told, told
from server.engines.migration.step import Segment

_COMPARED = frozenset({Fate.UNCHANGED, Fate.COUNTED})


def unexpected(
    survivals: Iterable[Survival],
    plan: tuple[Sequence[Segment], Sequence[Segment]],
    survey: Survey,
) -> tuple[str, ...]:
    """Return the tables that lose rows or values though no hazard of that direction says so.

    `plan` are the segments there and back. Steps there name things as the target does, after
    their renames; steps back as the source does.
    """
    source, target = survey.source, survey.target
    there = told(plan[0], Naming(source, target, survey.renames.of))
    back = told(plan[1], Naming(source, target, lambda identity: identity))
    tables = {".".join(table.identity.names): table for table in source.of(Table)}
    kept = survey.kept()
    return tuple(
        each.table
        for each in survivals
        for table in [tables[each.table].identity]
        for stored in [_stored(table, source)]
        if not _Loss(each, table, kept[table.names].columns, stored, there, back).is_told
    )


def _stored(table: Identity, source: Catalog) -> frozenset[str]:
    """Return the columns whose values do not follow from those of others."""
    columns = (each for each in source.columns(table) if each.generated_mode is None)
    return frozenset(each.identity.name for each in columns)


@dataclass(frozen=True, slots=True)
class _Loss:
    """What one table lost, beside what was said that it would lose."""

    survival: Survival
    table: Identity
    kept: Sequence[str]
    """The columns whose values could be compared before the way back began."""
    stored: frozenset[str]
    """The columns that are not generated: others differ where these do."""
    there: Told
    back: Told

    @property
    def is_told(self) -> bool:
        """Whether nothing is lost, or all that is was told of in the direction that loses it.

        In between values may read differently, as a label of an enum that was renamed does.
        """
        if self._is_lost_there and self.table not in self.there.rows:
            return False
        match self.survival.back.fate:
            case Fate.LOST:
                return self._has_lost_none_on_the_way_back or self.table in self.back.rows
            case Fate.COUNTED:
                return self._is_lost_there or self._are_values_told
            case Fate.GAINED:
                return self.table in self.there.filled
            case Fate.UNCHANGED | Fate.UNKNOWN:
                return True

    @property
    def _is_lost_there(self) -> bool:
        return self.survival.forward.fate is Fate.LOST

    @property
    def _has_lost_none_on_the_way_back(self) -> bool:
        return self._is_lost_there and self.survival.back.rows >= self.survival.forward.rows

    @property
    def _are_values_told(self) -> bool:
        """Whether each column that differs was named; rows that changed partners never are."""
        changed = self.stored.intersection(self.survival.back.columns)
        return bool(changed) and all(map(self._is_value_told, changed))

    def _is_value_told(self, name: str) -> bool:
        column = Identity(Column.kind, (*self.table.names, name))
        return column in self.back.values or (
            column in self.there.values and not self._was_there_after(name)
        )

    def _was_there_after(self, name: str) -> bool:
        forward = self.survival.forward
        return name in self.kept and forward.fate in _COMPARED and name not in forward.columns
