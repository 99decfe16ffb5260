"""Whether the rows of each table are what they were, after the plan and after its way back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.fingerprints import Fingerprint, Question, TableName
from server.engines.migration.proof.seed.demands import Renames

Fingerprints = Mapping[TableName, Fingerprint]


class Fate(StrEnum):
    """What became of the rows of one table."""

    UNCHANGED = "unchanged"
    """Every row, in all columns that both schemas have with one type."""
    COUNTED = "as many rows"
    """Their number is the same, and some values are not."""
    GAINED = "more rows"
    LOST = "rows lost"
    UNKNOWN = "not known"
    """The table held no rows, or the plan did not get that far."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a table's rows at one point; `columns` are those whose values differ."""

    fate: Fate = Fate.UNKNOWN
    rows: int = 0
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Survival:
    """One table of the source, by `schema.name`: its rows after the plan, and after the way back.

    On the way back all columns count, so that a value that was rounded in between shows.
    """

    table: str
    rows: int
    forward: Outcome
    back: Outcome


@dataclass(frozen=True, slots=True)
class Survey:
    """Which tables and columns to look at, before the plan, after it and after the way back."""

    source: Catalog
    target: Catalog
    renames: Renames

    def whole(self) -> Mapping[TableName, Question]:
        """Return the tables of the source with all their columns."""
        return {
            table.identity.names: self._question(table, self._columns(table))
            for table in self.source.of(Table)
        }

    def kept(self) -> Mapping[TableName, Question]:
        """Return the tables of the source with the columns that stay as they are."""
        return {
            table.identity.names: self._question(table, self._kept_columns(table))
            for table in self.source.of(Table)
        }

    def later(self) -> Mapping[TableName, Question]:
        """Return what the target calls all that, where it has the table."""
        found: dict[TableName, Question] = {}
        for table in self.source.of(Table):
            then = self.target.get(self.renames.of(table.identity), Table)
            if then is not None:
                columns = tuple(self._later_name(table, one) for one in self._kept_columns(table))
                found[table.identity.names] = self._question(then, columns)
        return found

    def survivals(
        self, before: tuple[Fingerprints, Fingerprints], after: Fingerprints, back: Fingerprints
    ) -> tuple[Survival, ...]:
        """Compare; `before` are the fingerprints of `whole` and of `kept`."""
        whole, kept = before
        forward = self._outcomes(kept, after, self.kept())
        backward = self._outcomes(whole, back, self.whole())
        return tuple(
            Survival(
                ".".join(table.identity.names),
                whole[table.identity.names].rows,
                forward[table.identity.names],
                backward[table.identity.names],
            )
            for table in self.source.of(Table)
            if not table.is_partition and table.identity.names in whole
        )

    def _outcomes(
        self, before: Fingerprints, after: Fingerprints, questions: Mapping[TableName, Question]
    ) -> Mapping[TableName, Outcome]:
        found = {
            name: _outcome(before.get(name), after.get(name), each.columns)
            for name, each in questions.items()
        }
        # Rows that left their table together with their partition are still there.
        for table in self.source.of(Table):
            if table.is_partitioned and not table.is_partition:
                leaves = [found[name] for name in self._leaves(table.identity)]
                known = [one for one in leaves if one.fate is not Fate.UNKNOWN]
                if known and all(one.fate is Fate.UNCHANGED for one in known):
                    rows = sum(one.rows for one in known)
                    found[table.identity.names] = Outcome(Fate.UNCHANGED, rows)
        return found

    def _leaves(self, root: Identity) -> Iterator[TableName]:
        for table in self.source.of(Table):
            if table.is_partition and root in table.parents:
                if table.is_partitioned:
                    yield from self._leaves(table.identity)
                else:
                    yield table.identity.names

    def _columns(self, table: Table) -> tuple[str, ...]:
        return tuple(one.identity.name for one in self.source.columns(table.identity))

    def _kept_columns(self, table: Table) -> tuple[str, ...]:
        return tuple(
            one.identity.name
            for one in self.source.columns(table.identity)
            for later in [self.target.get(self.renames.of(one.identity), Column)]
            if later is not None and later.type == one.type
        )

    def _later_name(self, table: Table, column: str) -> str:
        return self.renames.of(Identity(Column.kind, (*table.identity.names, column))).name

    @staticmethod
    def _question(table: Table, columns: tuple[str, ...]) -> Question:
        return Question(table.identity.names, columns, table.is_partitioned)


def _outcome(
    before: Fingerprint | None, after: Fingerprint | None, columns: Sequence[str]
) -> Outcome:
    if before is None or not before.rows:
        return Outcome()
    if after is None:
        return Outcome(Fate.LOST)
    if after.rows != before.rows:
        return Outcome(Fate.LOST if after.rows < before.rows else Fate.GAINED, after.rows)
    if after.whole == before.whole:
        return Outcome(Fate.UNCHANGED, after.rows)
    pairs = zip(columns, before.columns, after.columns, strict=True)
    return Outcome(Fate.COUNTED, after.rows, tuple(name for name, old, new in pairs if old != new))
