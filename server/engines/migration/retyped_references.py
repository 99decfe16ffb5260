"""Foreign keys that PostgreSQL cannot keep, or stumbles over, while a column gets another type."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index
from server.engines.migration.context import Change
from server.engines.migration.conversions import is_in_one_family, rewrites
from server.engines.migration.keys import foreign_keys_on
from server.engines.migration.losses import TEXTS

_OF_MANY_TYPES = frozenset({"array_ops", "enum_ops", "range_ops", "multirange_ops", "record_ops"})
"""Operator classes that serve all types of a sort."""


def references_away(column: Column, change: Change[Column], catalog: Catalog) -> Iterator[Identity]:
    """Yield what is dropped before a column is changed in place, and created again afterwards.

    `column` is the one of `change`, or an heir's that changes with it.
    """
    yield from _apart(column, change, catalog)
    yield from _pointing_past(column, catalog)
    if not rewrites(change.old, change.new):
        yield from _compared_to_any(column, catalog)


def _apart(column: Column, change: Change[Column], catalog: Catalog) -> Iterator[Identity]:
    """Yield foreign keys over the column that PostgreSQL cannot keep while one end has its type."""
    before, after = change.old.type_name, change.new.type_name
    if before == after or is_in_one_family(before, after) or {before, after} <= TEXTS:
        return
    for key in foreign_keys_on(column.identity, catalog):
        yield key.identity


def _pointing_past(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield foreign keys that point at keys which only include the column.

    PostgreSQL makes such a key anew with the column, and thinks of no foreign key that is not over
    the column itself.
    """
    for index in () if column.parent is None else catalog.indexes(column.parent):
        if column.identity.name in index.included_columns:
            yield from (key.identity for key in references_to(index, catalog))


def _compared_to_any(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield foreign keys over the column and one of a type that shares its operators with others.

    PostgreSQL looks whether such a key may stay when the values of the column do, and fails:
    "could not find cast" (up to 18).
    """
    for key in foreign_keys_on(column.identity, catalog):
        index = None if key.index is None else catalog.get(key.index, Index)
        parts = () if index is None else index.keys
        if any(each.operator_class in _OF_MANY_TYPES for each in parts):
            yield key.identity


def references_to(index: Index, catalog: Catalog) -> Iterator[Constraint]:
    """Yield the foreign keys that point at an index, or at the key that it serves."""
    for target in (index.identity, index.constraint):
        yield from () if target is None else foreign_keys_on(target, catalog)
