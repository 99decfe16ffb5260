"""Constraints that a table shares with what it inherits from."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Change, Context
from server.engines.migration.inheritance import ancestors, below, heirs, joins, leaves
from server.engines.migration.not_null_names import successor

KEYS = frozenset({ConstraintType.PRIMARY_KEY, ConstraintType.UNIQUE})
CHECKED = frozenset({ConstraintType.CHECK, ConstraintType.FOREIGN_KEY, ConstraintType.NOT_NULL})
"""What can be added before the rows that are there are looked at."""


def table_of(constraint: Constraint) -> Identity:
    """Return the table that a constraint belongs to."""
    if constraint.parent is None:
        raise ValueError(f"{constraint.identity} belongs to no table")
    return constraint.parent


def is_handed_down(constraint: Constraint) -> bool:
    """Whether the table has it only because the table above has it."""
    if constraint.type is ConstraintType.FOREIGN_KEY:
        return constraint.partition_of is not None
    return constraint.is_inherited and not constraint.is_local and constraint.type not in KEYS


def is_taken_over(change: Change[Constraint], context: Context) -> bool:
    """Whether a table above begins to demand it, so that its own has to go before."""
    old, new = change.old, change.new
    is_checked = old.type in {ConstraintType.NOT_NULL, ConstraintType.CHECK}
    is_own = old.is_local and not old.is_inherited
    table = None if new.parent is None else context.new.get(new.parent, Table)
    # A partition's own constraint becomes a part of the whole table's by itself.
    merges = table is not None and table.is_partition
    is_new = is_handed_down(new) and not merges and not joins(new.parent, context)
    return is_checked and is_own and is_new


def becomes_own(change: Change[Constraint], context: Context) -> bool:
    """Whether a table begins to demand itself what the table above demands, or did."""
    old, new = change.old, change.new
    return (
        new.is_local
        and not old.is_local
        and old.type in {ConstraintType.NOT_NULL, ConstraintType.CHECK}
        and not leaves(new.parent, context)
    )


def same_below(constraint: Constraint, catalog: Catalog) -> Iterator[Identity]:
    """Yield the constraints by which heirs and partitions demand the same."""
    for heir in heirs(constraint.parent, catalog):
        if constraint.type in CHECKED:
            identity = named_alike(heir.identity, constraint)
            if identity in catalog:
                yield identity


def dropped_before(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield by which tables above or below demand the same, where that has to go first."""
    for each in same_below(constraint, context.old):
        if is_dropped_alone(each, context) and not _is_bound(context.old.facts[each], context):
            yield each
    if _is_bound(constraint, context):
        yield from (each.identity for each in same_above(constraint, context.old))


def _is_bound(constraint: Fact, context: Context) -> bool:
    """Whether a table cannot give up a constraint before the table above does.

    What it only inherits and keeps under another name becomes its own before.
    """
    if not isinstance(constraint, Constraint) or not constraint.is_inherited:
        return False
    if context.is_dropped(constraint.parent) or leaves(constraint.parent, context):
        return False
    return constraint.is_local or successor(constraint, context) is None


def same_above(constraint: Constraint, catalog: Catalog) -> Iterator[Constraint]:
    """Yield by which the tables above demand the same; NOT NULL may be called otherwise there."""
    is_named_freely = constraint.type is ConstraintType.NOT_NULL
    for ancestor in ancestors(constraint.parent, catalog):
        for other in catalog.constraints(ancestor):
            is_same = other.type is constraint.type and other.columns == constraint.columns
            if is_same and (is_named_freely or other.identity.name == constraint.identity.name):
                yield other


def away_while_retyped(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield what must not be there while a column and those of the heirs get another type.

    PostgreSQL makes the NOT NULL of each table anew and hands it down again, which fails where an
    heir has one of another name.
    """
    if column.parent is None:
        return
    for constraint in catalog.constraints(column.parent):
        if constraint.columns == (column.identity.name,):
            names = {each.identity.name for each in _own_of_heirs(constraint, catalog)}
            if names - {constraint.identity.name}:
                yield constraint.identity
                yield from keys_over(constraint, catalog)
    for heir in below(column, catalog):
        yield from away_while_retyped(heir, catalog)


def _own_of_heirs(constraint: Constraint, catalog: Catalog) -> Iterator[Constraint]:
    """Yield the NOT NULL of the same column that heirs, however far below, declare themselves."""
    if constraint.type is not ConstraintType.NOT_NULL:
        return
    for other in _of_heirs(constraint, catalog):
        yield from (other,) if other.is_local else ()
        yield from _own_of_heirs(other, catalog)


def _of_heirs(constraint: Constraint, catalog: Catalog) -> Iterator[Constraint]:
    """Yield by which heirs demand the same of the same columns, under whatever name."""
    for heir in heirs(constraint.parent, catalog):
        for other in catalog.constraints(heir.identity):
            if other.type is constraint.type and other.columns == constraint.columns:
                yield other


def keys_over(constraint: Constraint, catalog: Catalog) -> Iterator[Identity]:
    """Yield the keys that do not let go of the NOT NULL of its column, there or in an heir."""
    for other in catalog.constraints(table_of(constraint)):
        if other.type is ConstraintType.PRIMARY_KEY and constraint.columns[0] in other.columns:
            yield other.identity
    for index in catalog.indexes(table_of(constraint)):
        if index.is_replica_identity and constraint.columns[0] in index.key_columns:
            yield index.constraint or index.identity
    for other in _of_heirs(constraint, catalog):
        if not other.is_local:
            yield from keys_over(other, catalog)


def own_below(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield what heirs declare themselves under a name of their own, which has to come first."""
    for other in _own_of_heirs(constraint, context.new):
        if not context.is_created(other.parent):
            yield other.identity


def replaced_before(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield by what a column, there and in heirs, refuses NULL until this does under its name."""
    if constraint.type is not ConstraintType.NOT_NULL or constraint.parent is None:
        return
    below = (each.identity for each in heirs(constraint.parent, context.old))
    for table in (constraint.parent, *below):
        for other in context.old.constraints(table):
            is_same = other.type is constraint.type and other.columns == constraint.columns
            if is_same and not context.is_created(other.identity):
                yield other.identity


def is_dropped_alone(identity: Identity, context: Context) -> bool:
    """Whether no column takes the constraint along."""
    constraint = context.old.get(identity, Constraint)
    return constraint is not None and not any(
        context.is_dropped(Identity(Column.kind, (*table_of(constraint).names, name)))
        for name in constraint.columns
    )


def named_alike(table: Identity, constraint: Constraint) -> Identity:
    """Return what the same constraint is in another table of the family."""
    return Identity(Constraint.kind, (*table.names, constraint.identity.name))
