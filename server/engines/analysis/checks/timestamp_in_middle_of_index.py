"""A timestamp stands before other keys in an index.

## Why it matters
A B-tree is searched by equality on its first keys and then by one range. Timestamps are searched
by range, so keys behind one only filter what was read. The keys that are compared with `=` go
first. Left alone: unique indexes, one key of the primary key behind the timestamp (which is how
pages are told apart), and timestamps that may be NULL, since `IS NULL` is an equality.

## Flagged
```sql
CREATE TABLE orders (
  id bigint PRIMARY KEY, placed_at timestamptz NOT NULL, customer_id bigint NOT NULL
);
CREATE INDEX orders_placed_idx ON orders (placed_at, customer_id);
```

## Accepted
```sql
CREATE TABLE orders (
  id bigint PRIMARY KEY, placed_at timestamptz NOT NULL, customer_id bigint NOT NULL
);
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at);
CREATE INDEX orders_page_idx ON orders (placed_at DESC, id DESC);
```
"""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.index_statement import create_like, new_name
from server.engines.analysis.nullability import base_type, takes_null
from server.engines.analysis.plain_btree import key_columns, plain_btrees
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, columns_named
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    timestamps = [
        each.identity.name
        for each in key_columns(index, scope)
        if base_type(each, scope).startswith("timestamp") and not takes_null(each, scope)
    ]
    behind = _searched_behind(index, timestamps)
    if not behind or (len(behind) == 1 and behind[0] in _primary_key(index, scope)):
        return
    yield Fault(
        index.identity,
        f"has the timestamp {columns_named(timestamps)} before {columns_named(behind)}: a search "
        "for a range of time reads all rows of that range, whatever the keys behind it say.",
        advice="If those are compared with =, put them first, then drop this index: "
        f"{code(_reordered(index, timestamps, scope))} Leave it if it serves ORDER BY as it is.",
        evidence=Evidence.HEURISTIC,
    )


def _searched_behind(index: Index, timestamps: list[str]) -> list[str]:
    """Return the other columns behind the first timestamp."""
    places = [place for place, name in enumerate(index.key_columns) if name in timestamps]
    behind = index.key_columns[places[0] :] if places else ()
    return [each for each in behind if each is not None and each not in timestamps]


def _primary_key(index: Index, scope: Scope) -> tuple[str, ...]:
    constraints = scope.catalog.constraints(relation_of(index))
    keys = (each for each in constraints if each.type is ConstraintType.PRIMARY_KEY)
    return next((each.columns for each in keys), ())


def _reordered(index: Index, timestamps: list[str], scope: Scope) -> str:
    keys = tuple(sorted(index.keys, key=lambda key: key.column in timestamps))
    columns = [key.column for key in keys if key.column is not None]
    own_name = new_name(relation_of(index), columns, scope)
    return create_like(replace(index, keys=keys), own_name, scope)


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.INFO,
    examines="plain B-trees",
    population=plain_btrees,
    judge=_judge,
)
