"""Columns and constraints that a table has from another one, and that are renamed with it."""

from collections.abc import Iterable, Sequence

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.table import Table
from server.engines.migration.renames.rename import Rename
from server.errors import InvalidInputError

_HANDED_DOWN = frozenset({ConstraintType.CHECK, ConstraintType.NOT_NULL})


def declared_here(wanted: Sequence[Rename], old: Catalog) -> tuple[Rename, ...]:
    """Leave out what PostgreSQL renames along with the table that it is inherited from.

    Raises:
        InvalidInputError: a part that is inherited is to be renamed, and its origin is not.
    """
    names = {each.old: each.new.name for each in wanted}
    return tuple(each for each in wanted if not _follows(each, names, old))


def _follows(rename: Rename, names: dict[Identity, str], old: Catalog) -> bool:
    if not is_handed_down(rename.old, old):
        return False
    for origin in origins(rename.old, old):
        if names.get(origin) == rename.new.name:
            return True
    raise InvalidInputError(
        f"{rename.old} is inherited, so it cannot be renamed to {rename.new.name} by itself.",
        next_step="Rename it in the table that it is inherited from.",
    )


def is_handed_down(identity: Identity, catalog: Catalog) -> bool:
    """Whether a part of a table keeps the name that it has in a parent table."""
    fact = catalog.facts.get(identity)
    if isinstance(fact, Constraint):
        return fact.is_inherited and fact.type in _HANDED_DOWN
    return isinstance(fact, Column) and fact.is_inherited


def origins(identity: Identity, catalog: Catalog) -> Iterable[Identity]:
    """Yield the same part of the tables that a table inherits from, near and far."""
    for parent in _parents(Identity(Table.kind, identity.names[:2]), catalog):
        part = Identity(identity.kind, (*parent.names, identity.name))
        yield part
        yield from origins(part, catalog)


def _parents(table: Identity, catalog: Catalog) -> tuple[Identity, ...]:
    for kind in (Table, ForeignTable):
        fact = catalog.get(Identity(kind.kind, table.names), kind)
        if fact is not None:
            return fact.parents
    return ()


def heirs(tables: Iterable[Identity], catalog: Catalog) -> frozenset[Identity]:
    """Return the tables with all that inherit from them, partitions among them."""
    found = set(tables)
    heritable: tuple[Table | ForeignTable, ...] = (*catalog.of(Table), *catalog.of(ForeignTable))
    while more := {
        each.identity
        for each in heritable
        if each.identity not in found and not found.isdisjoint(each.parents)
    }:
        found |= more
    return frozenset(found)
