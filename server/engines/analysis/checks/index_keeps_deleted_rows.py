"""Rows that are only marked as deleted stay in the indexes.

## Why it matters
A table with `deleted_at` keeps its rows for good, and nearly all queries ask for those without
one. A plain index grows with the deleted rows and makes such queries read and discard them; a
partial one `WHERE deleted_at IS NULL` does not. Left alone: unique indexes, those a foreign key
needs, and those that mention the column.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, deleted_at timestamptz);
CREATE INDEX customers_name_idx ON customers (name);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, deleted_at timestamptz);
CREATE INDEX customers_name_idx ON customers (name) WHERE deleted_at IS NULL;
```
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.index_statement import create_like, new_name
from server.engines.analysis.lookup import lookup_columns
from server.engines.analysis.nullability import base_type, takes_null
from server.engines.analysis.population import tables
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, columns_named, listed, named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.sql.quote import identifier

_NAMES = frozenset(("deletedat", "deletedon", "discardedat", "removedat"))
_MOMENTS = ("timestamp", "date")


class _Marked(NamedTuple):
    """A table whose rows are marked as deleted, and the column that does."""

    table: Table
    mark: str


def _population(scope: Scope) -> Iterator[_Marked]:
    for table in tables(scope):
        for column in scope.catalog.columns(table.identity):
            if _is_mark(column, scope):
                yield _Marked(table, column.identity.name)


def _judge(marked: _Marked, scope: Scope) -> Iterator[Fault]:
    table, mark = marked
    full = [
        each for each in scope.catalog.indexes(table.identity) if _keeps_deleted(each, mark, scope)
    ]
    if full:
        names = listed(named(each.identity) for each in full)
        yield Fault(
            table.identity,
            f"keeps the rows whose {columns_named([mark])} is set in {names}: queries for live "
            "rows read and discard them, and the index grows for good.",
            advice="Where the queries that use an index say IS NULL, build a partial one and drop "
            f"it, as in {code(_partial(full[0], mark, scope))}",
            evidence=Evidence.HEURISTIC,
        )


def _keeps_deleted(index: Index, mark: str, scope: Scope) -> bool:
    is_plain = index.method == "btree" and not index.is_unique and index.predicate is None
    is_free = is_plain and mark not in {*index.key_columns, *index.included_columns}
    return is_free and index.partition_of is None and not _serves_key(index, scope)


def _is_mark(column: Column, scope: Scope) -> bool:
    """Tell whether a column says since when its row counts as deleted."""
    is_named_so = column.identity.name.lower().replace("_", "") in _NAMES
    is_moment = is_named_so and base_type(column, scope).startswith(_MOMENTS)
    return is_moment and takes_null(column, scope)


def _serves_key(index: Index, scope: Scope) -> bool:
    """Tell whether a foreign key looks rows up here: it needs the deleted ones, too."""
    constraints = scope.catalog.constraints(relation_of(index))
    keys = (each for each in constraints if each.type is ConstraintType.FOREIGN_KEY)
    found = (lookup_columns(each) for each in keys)
    return any(set(each) == set(index.key_columns[: len(each)]) for each in found)


def _partial(index: Index, mark: str, scope: Scope) -> str:
    columns = [each for each in index.key_columns if each is not None]
    shape = replace(index, predicate=f"{identifier(mark)} IS NULL")
    return create_like(shape, new_name(relation_of(index), columns, scope), scope)


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.INFO,
    examines="tables with a deletion mark",
    population=_population,
    judge=_judge,
)
