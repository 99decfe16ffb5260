"""Tables that are declared OF a composite type: their columns come, change and go with it."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context


def comes_with_type(column: Column, context: Context) -> bool:
    """Whether the type that its table is declared to be of decides about the column."""
    if column.parent is None:
        return False
    old, new = context.old.get(column.parent, Table), context.new.get(column.parent, Table)
    return old is not None and new is not None and old.of_type == new.of_type is not None


def attribute_of(column: Column, catalog: Catalog) -> Identity | None:
    """Return the attribute that the column of a typed table comes from."""
    table = None if column.parent is None else catalog.get(column.parent, Table)
    if table is None or table.of_type is None:
        return None
    needed = (each.referenced for each in catalog.dependencies_of(table.identity))
    found = (Identity(Attribute.kind, (*each.names, column.identity.name)) for each in needed)
    return next((each for each in found if each in catalog), None)


def columns_with(attribute: Attribute, context: Context) -> Iterator[Column]:
    """Yield the columns that a change of the attribute changes, too, as they are before it."""
    for table in typed_by(attribute, context):
        names = (*table.identity.names, attribute.identity.name)
        column = context.old.get(Identity(Column.kind, names), Column)
        if column is not None:
            yield column


def typed_by(attribute: Attribute, context: Context) -> Iterator[Table]:
    """Yield the tables that are declared to be of its type, and stay."""
    for each in context.old.dependents(attribute.parent) if attribute.parent else ():
        table = context.old.get(each.dependent, Table)
        if table is None or table.of_type is None or context.is_dropped(table.identity):
            continue
        yield table
