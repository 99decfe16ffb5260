"""Constraints that a table shares with what it inherits from."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Change, Context
from server.engines.migration.inheritance import heirs, joins, leaves

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


def own_below(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield what heirs declare themselves under a name of their own, which has to come first."""
    if constraint.type is not ConstraintType.NOT_NULL:
        return
    for heir in heirs(constraint.parent, context.new):
        for other in context.new.constraints(heir.identity):
            is_same = other.type is constraint.type and other.columns == constraint.columns
            if is_same and other.is_local and not context.is_created(heir.identity):
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
