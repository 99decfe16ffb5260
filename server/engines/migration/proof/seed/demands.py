"""What a table demands of its rows: by the schema it is in, and by the one it will become."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column, IdentityMode
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.schema import Schema
from server.engines.catalog.kinds.table import Table

TableName = tuple[str, ...]

_COUNTING = "nextval("


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
    table: TableName
    keys: tuple[str, ...]
    is_required: bool
    """Whether no column of it may be NULL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """One table that rows are inserted into, without its generated columns.

    `wishes` are the conditions of the table that it will become.
    """

    name: TableName
    columns: tuple[str, ...]
    """Those that need a value of ours."""
    numbered: frozenset[str]
    """Identity columns, and those that count by a sequence: PostgreSQL gives the value."""
    required: frozenset[str]
    checks: tuple[Check, ...] = ()
    wishes: tuple[Check, ...] = ()
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


def demands(source: Catalog, target: Catalog, renames: Renames) -> tuple[Demands, ...]:
    """Return what each table demands that rows go into; partitions get theirs from the root."""
    return tuple(
        _of_table(table, source, target, renames)
        for table in source.of(Table)
        if not table.is_partition
    )


def _of_table(table: Table, source: Catalog, target: Catalog, renames: Renames) -> Demands:
    columns = [one for one in source.columns(table.identity) if one.generated_mode is None]
    later = renames.of(table.identity)
    required = frozenset(
        one.identity.name
        for one in columns
        if one.is_not_null or _is_required_later(one, target, renames)
    )
    references = tuple(_references(table.identity, source, target, required))
    referring = {name for each in references for name in _chosen(each, table.identity)}
    numbered = frozenset(one.identity.name for one in columns if _is_numbered(one, source))
    checks = tuple(_checks(source.constraints(table.identity)))
    return Demands(
        name=table.identity.names,
        columns=tuple(one.identity.name for one in columns if one.identity.name not in numbered)
        + tuple(sorted(numbered & referring)),
        numbered=numbered - referring,
        required=required,
        checks=checks,
        wishes=tuple(
            one for one in _checks(target.constraints(later)) if not _is_known(one, checks)
        ),
        references=references,
        overrides_identity=any(
            one.identity_mode is IdentityMode.ALWAYS and one.identity.name in referring
            for one in columns
        ),
    )


def _chosen(reference: Reference, table: Identity) -> tuple[str, ...]:
    """Return the columns whose values must be ours, so that the reference can be met."""
    is_to_itself = reference.is_required and reference.table == table.names
    return (*reference.columns, *reference.keys) if is_to_itself else reference.columns


def _is_required_later(column: Column, target: Catalog, renames: Renames) -> bool:
    later = target.get(renames.of(column.identity), Column)
    return later is not None and later.is_not_null


def _is_numbered(column: Column, source: Catalog) -> bool:
    default = source.default(column.identity)
    return column.identity_mode is not None or (
        default is not None and default.expression.startswith(_COUNTING)
    )


def _is_known(check: Check, checks: Iterable[Check]) -> bool:
    return any(check.expression == one.expression for one in checks)


def _checks(constraints: Iterable[Constraint]) -> Iterator[Check]:
    for one in constraints:
        if one.type is ConstraintType.CHECK and one.expression and one.is_enforced:
            yield Check(one.identity.name, one.expression, frozenset(one.columns))


def _references(
    table: Identity, source: Catalog, target: Catalog, required: frozenset[str]
) -> Iterator[Reference]:
    now, seen = source.constraints(table), set[tuple[str, ...]]()
    later = (one for one in target.constraints(table) if _can_be_met(one, source))
    for one in (*now, *later):
        is_new = one.columns not in seen
        if one.type is ConstraintType.FOREIGN_KEY and one.is_enforced and one.references and is_new:
            seen.add(one.columns)
            yield Reference(
                one.columns,
                one.references.names,
                one.referenced_columns,
                required.issuperset(one.columns),
            )


def _can_be_met(constraint: Constraint, source: Catalog) -> bool:
    """Whether a foreign key of the target leads to columns that the source has, too."""
    if constraint.references is None or constraint.parent is None:
        return False
    table, here = constraint.references, constraint.parent
    pairs = [(here, name) for name in constraint.columns]
    pairs += [(table, name) for name in constraint.referenced_columns]
    return all(
        source.get(Identity(Column.kind, (*one.names, name)), Column) is not None
        for one, name in pairs
    )
