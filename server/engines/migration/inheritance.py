"""What heirs and partitions get, and lose, together with the table above them."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context


def ancestors(relation: Identity | None, catalog: Catalog) -> tuple[Identity, ...]:
    """Return the tables that a relation inherits from directly, a partitioned one included."""
    fact = None if relation is None else catalog.facts.get(relation)
    return fact.parents if isinstance(fact, Table | ForeignTable) else ()


def heirs(relation: Identity | None, catalog: Catalog) -> Iterator[Table]:
    """Yield the tables that inherit from a table directly, its partitions included."""
    for dependency in catalog.dependents(relation) if relation is not None else ():
        table = catalog.get(dependency.dependent, Table)
        if table is not None and relation in table.parents:
            yield table


def going(relation: Identity | None, context: Context) -> Iterator[Identity]:
    """Yield the heirs and partitions of a table that are dropped, or leave it."""
    for heir in heirs(relation, context.old):
        after = ancestors(heir.identity, context.new)
        if relation not in after and not context.is_created(heir.identity):
            yield heir.identity


def leaves(relation: Identity | None, context: Context) -> bool:
    """Whether a table that stays stops inheriting from another."""
    if context.is_dropped(relation):
        return False
    after = ancestors(relation, context.new)
    return any(each not in after for each in ancestors(relation, context.old))


def joins(relation: Identity | None, context: Context) -> bool:
    """Whether a table that is there begins to inherit from another."""
    if context.is_created(relation):
        return False
    before = ancestors(relation, context.old)
    return any(each not in before for each in ancestors(relation, context.new))


def _stays(relation: Identity | None, ancestor: Identity | None, context: Context) -> bool:
    """Whether a table inherits from another all the time."""
    return all(ancestor in ancestors(relation, each) for each in (context.old, context.new))


def above(column: Column, catalog: Catalog) -> Iterator[Column]:
    """Yield the columns that a column inherits from."""
    if not column.is_inherited:
        return
    for ancestor in ancestors(column.parent, catalog):
        found = catalog.get(Identity(Column.kind, (*ancestor.names, column.identity.name)), Column)
        if found is not None:
            yield found


def below(column: Column, catalog: Catalog) -> Iterator[Column]:
    """Yield the columns that inherit from a column."""
    for heir in heirs(column.parent, catalog):
        identity = Identity(Column.kind, (*heir.identity.names, column.identity.name))
        found = catalog.get(identity, Column)
        if found is not None:
            yield found


def arrives_from_above(column: Column, context: Context) -> bool:
    """Whether adding it to a table above adds it to this one, which is there already."""
    return (
        not column.is_local
        and not context.is_created(column.parent)
        and any(
            context.is_created(each.identity) and _stays(column.parent, each.parent, context)
            for each in above(column, context.new)
        )
    )


def leaves_from_above(column: Column, context: Context) -> bool:
    """Whether dropping it from a table above drops it from this one."""
    return not column.is_local and any(
        context.is_dropped(each.identity) and _stays(column.parent, each.parent, context)
        for each in above(column, context.old)
    )


def declares_otherwise(column: Column, context: Context) -> bool:
    """Whether an heir begins, or ceases, to declare itself a column that it inherits."""
    old = context.old.get(column.identity, Column)
    table = context.new.get(column.parent or column.identity, Table)
    if old is None or table is None or table.is_partition:
        return False
    return column.is_inherited and old.is_local != column.is_local


def comes_from_above(default: Default, context: Context) -> bool:
    """Whether a default arrives with the column that a table above hands down."""
    column = _column(default, context.new)
    return (
        column is not None
        and context.is_created(column.identity)
        and arrives_from_above(column, context)
        and any(_is_equal(default, each, context.new) for each in above(column, context.new))
    )


def goes_from_above(default: Default, context: Context) -> bool:
    """Whether a default is dropped together with that of the table above."""
    column = _column(default, context.old)
    return column is not None and any(
        context.is_dropped(Identity(Default.kind, each.identity.names))
        and _stays(column.parent, each.parent, context)
        for each in above(column, context.old)
    )


def _column(default: Fact, catalog: Catalog) -> Column | None:
    return None if default.parent is None else catalog.get(default.parent, Column)


def _is_equal(default: Default, column: Column, catalog: Catalog) -> bool:
    other = catalog.default(column.identity)
    return other is not None and other.expression == default.expression
