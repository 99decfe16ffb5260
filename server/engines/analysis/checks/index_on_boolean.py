"""An index has a boolean as its only key.

## Why it matters
A boolean splits a table into two or three parts, and reading a large part through an index is
slower than reading the table. The index pays only for a rare value, and then a partial index over
the rows with that value is a fraction of the size, is not written for the others, and can have a
useful key.

## Flagged
```sql
CREATE TABLE jobs (id bigint PRIMARY KEY, is_done boolean NOT NULL, created_at timestamptz);
CREATE INDEX jobs_is_done_idx ON jobs (is_done);
```

## Accepted
```sql
CREATE TABLE jobs (id bigint PRIMARY KEY, is_done boolean NOT NULL, created_at timestamptz);
CREATE INDEX jobs_open_idx ON jobs (created_at) WHERE NOT is_done;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.nullability import base_type
from server.engines.analysis.population import indexes
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import code, columns_named
from server.engines.catalog.kinds.index import Index
from server.engines.sql.quote import identifier


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    table = relation_of(index)
    columns = {each.identity.name: each for each in scope.catalog.columns(table)}
    if index.is_unique or index.predicate is not None or len(index.keys) != 1:
        return
    column = columns.get(index.keys[0].column or "")
    if column is not None and base_type(column, scope) == "boolean":
        own = identifier(column.identity.name)
        partial = f"CREATE INDEX CONCURRENTLY … ON {name(table)} (…) WHERE {own}"
        yield Fault(
            index.identity,
            f"has only the boolean {columns_named([column.identity.name])} as its key: for the "
            "common value reading the table is faster.",
            advice="If one value is rare and looked for, index the rows that have it by what they "
            f"are sorted or searched by, as in {code(partial)} or WHERE NOT, then drop this one.",
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.INFO,
    examines="indexes",
    population=indexes,
    judge=_judge,
)
