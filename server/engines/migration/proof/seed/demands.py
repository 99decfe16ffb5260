"""What a table demands of its rows, and what other names it has in the target, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.table import Table

TableName = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on some columns of one table."""

    name: str
    expression: str
    columns: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `columns` must be found as `keys` in another table, or in the same one."""

    columns: tuple[str, ...]
    table: TableName | None
    """None where the source has nothing yet that could be referred to."""
    keys: tuple[str, ...]
    is_required: bool
    """Whether no column of it may be NULL."""


@dataclass(frozen=True, slots=True)
class Key:
    """Columns of which no two rows may have the same values."""

    columns: tuple[str, ...]
    is_nulls_not_distinct: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """One table that rows are inserted into, without its generated columns.

    `wishes` and `later_keys` are conditions of the table that it will become.
    """

    name: TableName
    columns: tuple[str, ...]
    """Those that need a value of ours."""
    numbered: frozenset[str]
    """Identity columns, and those that count by a sequence: PostgreSQL gives the value."""
    required: frozenset[str]
    checks: tuple[Check, ...] = ()
    wishes: tuple[Check, ...] = ()
    later_keys: tuple[Key, ...] = ()
    references: tuple[Reference, ...] = ()
    overrides_identity: bool = False


@dataclass(frozen=True, slots=True)
class Renames:
    """What of the target has another name, by those of the source; more than tables may be told.

    Who is renamed itself is named in full, with the schema and table that it has then.
    """

    pairs: Mapping[Identity, Identity] = field(default_factory=dict[Identity, Identity])

    def of(self, identity: Identity) -> Identity:
        """Return what the target calls a table or a column."""
        if identity in self.pairs:
            return self.pairs[identity]
        if identity.kind == Column.kind:
            place = self.of(Identity(Table.kind, identity.names[:-1]))
        elif identity.kind == Table.kind:
            place = self.of(Identity(Schema.kind, identity.names[:-1]))
        else:
            return identity
        return Identity(identity.kind, (*place.names, identity.name))
