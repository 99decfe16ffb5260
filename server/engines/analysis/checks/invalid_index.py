"""An index is not finished, so no query uses it.

## Why it matters
CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY that fails leaves its index behind, marked
invalid: every write maintains it, no query reads it, and an invalid unique index may hold
duplicates. The index of a partitioned table is not examined: it is invalid until every partition
has its part.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
-- What CREATE INDEX CONCURRENTLY leaves behind when it is cancelled:
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_customer_id_idx'::regclass;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import code
from server.engines.catalog.kinds.index import Index

_UNIQUE = (
    " It failed perhaps because rows repeat a key: those have to go first, or it fails once more."
)


def _population(scope: Scope) -> Iterator[Index]:
    return (index for index in scope.catalog.of(Index) if not index.is_partitioned)


def _judge(index: Index, _scope: Scope) -> Iterator[Fault]:
    if not index.is_valid:
        own = name(index.identity)
        yield Fault(
            index.identity,
            "is invalid: each write maintains it, no query reads it, and what it should refuse "
            "may be there already.",
            fix=f"REINDEX INDEX CONCURRENTLY {own};",
            advice="Look in pg_stat_progress_create_index first, whether it is still being built. "
            "REINDEX CONCURRENTLY takes SHARE UPDATE EXCLUSIVE: reads and writes go on; it runs "
            f"outside a transaction. If nobody misses the index: {code(_drop(own))}."
            f"{_UNIQUE if index.is_unique else ''}",
        )


def _drop(own: str) -> str:
    return f"DROP INDEX CONCURRENTLY {own}"


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.ERROR,
    examines="indexes",
    population=_population,
    judge=_judge,
)
