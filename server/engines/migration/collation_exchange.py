"""Puts another collation in the place of one of the same name, under the columns that use it.

PostgreSQL alters nothing about a collation. So the old one moves to a name that is free, the new
one is created, every column gets it, which sorts its indexes anew, and the old one goes.
"""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.collation import Collation
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.index import Index
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.exchange import (
    kept_settings,
    refuse_partition_key,
    restored_remarks,
    whole_of,
)
from server.engines.migration.relation import altered
from server.engines.migration.retyping import blockers
from server.engines.migration.set_aside import taken_names
from server.engines.sql.quote import identifier, qualified


def exchanged(collation: Collation, creation: str, context: Context) -> Iterator[Action]:
    """Yield the statements of an exchange; what stands in the way is dropped before.

    Raises:
        RefusedError: a table is partitioned by a column that uses the collation.
    """
    schema, name = collation.identity.names
    old_name = free_name((name,), "old", taken_names(schema, context))
    yield from plain(
        f"ALTER COLLATION {qualified(schema, name)} RENAME TO {identifier(old_name)}", creation
    )
    yield from restored_remarks(collation.identity, context)
    for column in _columns(collation.identity, context):
        yield from plain(*_collated(column))
    yield from plain(f"DROP COLLATION {qualified(schema, old_name)}")


def _columns(collation: Identity, context: Context) -> Iterator[Column]:
    """Yield the columns that are given the new collation; a parent's brings the heirs'."""
    for dependency in context.old.dependents(collation):
        column = context.old.get(dependency.dependent, Column)
        if column is None or column.generated_mode is not None or column.is_inherited:
            continue
        if not context.is_dropped(column.identity):
            refuse_partition_key(column, context.old)
            yield column


def _collated(column: Column) -> Iterator[str]:
    if column.parent is not None:
        head = f"{altered(column.parent)} ALTER COLUMN {identifier(column.identity.name)}"
        yield f"{head} TYPE {column.type} COLLATE {column.collation}"
        for setting in kept_settings(column):
            yield f"{altered(column.parent)} {setting}"


def obstacles(collation: Identity, context: Context) -> Iterator[Identity]:
    """Yield what has to be dropped before the exchange, and created again afterwards."""
    old = context.old
    for dependency in old.dependents(collation):
        fact = old.facts[dependency.dependent]
        if isinstance(fact, Column) and fact.generated_mode is None:
            yield from blockers(fact, old)
        elif not _is_sorted_anew(fact, old):
            yield whole_of(fact)


def _is_sorted_anew(fact: Fact, catalog: Catalog) -> bool:
    """Whether it is an index that follows its columns, so that PostgreSQL builds it again."""
    index = catalog.get(fact.identity, Index)
    if index is None or index.predicate is not None:
        return False
    return all(each.column is not None and each.collation is None for each in index.keys)
