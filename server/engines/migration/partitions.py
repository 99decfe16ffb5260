"""Statements that join partitions to partitioned tables, and part them."""

import re
from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import DependencyType
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import PartitionStrategy, Table
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import heirs
from server.engines.migration.relation import altered
from server.engines.sql.quote import literal, qualified

_DEFAULT = "DEFAULT"
# The number belongs to the server that the schema was read from, and means nothing elsewhere.
_OF_NUMBER = re.compile(r"satisfies_hash_partition\('\d+'::oid")


def attach(table: Table) -> str:
    """Return the statement that makes a table the partition it shall be."""
    partition = qualified(*table.identity.names)
    return f"{altered(table.parents[0])} ATTACH PARTITION {partition} {table.partition_bound}"


def detach(table: Table, *, concurrently: bool) -> str:
    """Return the statement that makes a partition a table of its own."""
    partition = qualified(*table.identity.names)
    how = " FINALIZE" if table.is_detaching else " CONCURRENTLY" if concurrently else ""
    return f"{altered(table.parents[0])} DETACH PARTITION {partition}{how}"


def default_partition(table: Identity, catalog: Catalog) -> Table | None:
    """Return the partition that takes the rows which fit no other."""
    return next(
        (
            each
            for each in catalog.of(Table)
            if table in each.parents and each.partition_bound == _DEFAULT
        ),
        None,
    )


def keys_into(table: Table, catalog: Catalog) -> Iterator[Identity]:
    """Yield the foreign keys that point into a partition: those at any table above it.

    What partitions have of the key of a whole comes and goes with that.
    """
    for whole in table.parents if table.is_partition else ():
        for key in catalog.of(Constraint):
            if key.references == whole and key.partition_of is None:
                yield key.identity
        fact = catalog.get(whole, Table)
        if fact is not None:
            yield from keys_into(fact, catalog)


def risks_of_leaving(table: Table, context: Context) -> tuple[Hazard, ...]:
    """Return the risk that rows point into a partition which is detached."""
    if all(context.is_dropped(each) for each in keys_into(table, context.old)):
        return ()
    message = f"a row that points into {table.identity.qualified_name} stops the statement"
    return (Hazard(HazardKind.MAY_FAIL, table.identity, message),)


def parts_away(whole: Identity | None, context: Context) -> Iterator[Identity]:
    """Yield the partitions of a table that are created anew, or detached and attached again."""
    for part in heirs(whole, context.new):
        before = context.old.get(part.identity, Table)
        if before is not None and part.is_partition:
            is_other = (before.parents, before.partition_bound) != (
                part.parents,
                part.partition_bound,
            )
            is_moved = before.is_partition and is_other
            if is_moved or context.is_created(part.identity):
                yield part.identity
            yield from parts_away(part.identity, context)


def decides_about_partitions(column: Column, catalog: Catalog) -> bool:
    """Whether the table is partitioned by the column."""
    return any(
        each.referenced == column.parent and each.type is DependencyType.INTERNAL
        for each in catalog.dependencies_of(column.identity)
    )


def parts_of_index(index: Identity | None, catalog: Catalog) -> Iterator[Identity]:
    """Yield the indexes of partitions that an index of the whole is put together from."""
    for dependency in catalog.dependents(index) if index is not None else ():
        part = catalog.get(dependency.dependent, Index)
        if part is not None and part.partition_of == index:
            yield part.identity
            yield from parts_of_index(part.identity, catalog)


def demands(table: Table, catalog: Catalog) -> str | None:
    """Return what a partition's bound, and those above it, demand of a row, as an expression."""
    if table.partition_constraint is None:
        return None
    return with_tables(table.partition_constraint, hashed(table, catalog))


def with_tables(bound: str, wholes: Iterable[Identity]) -> str:
    """Return what a bound demands, with the names of tables for what one server numbers them."""
    names = (qualified(*each.names) for each in wholes)
    return _OF_NUMBER.sub(
        lambda _: f"satisfies_hash_partition({literal(next(names))}::regclass::oid", bound
    )


def hashed(table: Table, catalog: Catalog) -> Iterator[Identity]:
    """Yield the tables above that are partitioned by hash, from the top, as PostgreSQL does."""
    for parent in table.parents if table.is_partition else ():
        whole = catalog.get(parent, Table)
        if whole is not None:
            yield from hashed(whole, catalog)
            if whole.partition_strategy is PartitionStrategy.HASH:
                yield parent
