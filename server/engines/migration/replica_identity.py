"""Columns by which replicas find rows: they refuse NULL as long as they serve for that."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.context import Context


def freed_by(table: Identity | None, column: str, context: Context) -> Iterator[Identity]:
    """Yield what has to be dropped, altered or created before a column may hold NULL."""
    index = None if table is None else _serving(table, context.old)
    if table is None or index is None or column not in index.key_columns:
        return
    yield table
    yield index.identity
    following = _serving(table, context.new)
    if following is not None:
        yield following.identity


def _serving(table: Identity, catalog: Catalog) -> Index | None:
    return next((each for each in catalog.indexes(table) if each.is_replica_identity), None)


def bound_to(table: Identity | None, column: str, context: Context) -> Iterator[Identity]:
    """Yield what makes way while a column does not refuse NULL for a moment."""
    index = None if table is None else _serving(table, context.old)
    if index is not None and column in index.key_columns:
        yield index.identity if index.constraint is None else index.constraint
