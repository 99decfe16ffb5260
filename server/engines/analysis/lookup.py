"""Whether an index finds the rows with given values in given columns."""

from collections.abc import Sequence

from server.engines.analysis.predicate import required_columns
from server.engines.analysis.scope import Scope
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index


def lookup_columns(key: Constraint) -> tuple[str, ...]:
    """Return the columns by which PostgreSQL looks up the rows behind a foreign key."""
    columns = tuple(dict.fromkeys(key.columns))
    return columns[:-1] if key.has_period else columns


def is_indexed(table: Identity, columns: Sequence[str], scope: Scope) -> bool:
    """Tell whether indexes find the rows with given values in `columns`, all of them.

    A partitioned table has no rows of its own, so indexes of all its partitions serve, too.
    """
    if any(_finds(index, columns) for index in scope.catalog.indexes(table)):
        return True
    partitions = [each for each in scope.children.get(table, ()) if each.is_partition]
    return bool(partitions) and all(
        is_indexed(each.identity, columns, scope) for each in partitions
    )


def _finds(index: Index, columns: Sequence[str]) -> bool:
    leading = index.keys[: len(columns)]
    return (
        index.is_valid
        and index.method in _METHODS
        and {key.column for key in leading} == set(columns)
        and all(key.collation is None for key in leading)
        and _holds_all(index, columns)
    )


def _holds_all(index: Index, columns: Sequence[str]) -> bool:
    """Tell whether every row that can be found is in the index: no equality finds a NULL."""
    if index.predicate is None:
        return True
    required = required_columns(index.predicate)
    return bool(required) and required <= set(columns)


_METHODS = frozenset(("btree", "hash", "gist"))
"""Those that answer equality with the rows themselves, one key after the other."""
