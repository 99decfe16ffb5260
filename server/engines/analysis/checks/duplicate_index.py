"""Two indexes of a table have the same keys.

## Why it matters
Every INSERT, and every UPDATE that touches an indexed column, maintains both, VACUUM reads both,
both take room in memory, and no query is faster for the second one. Indexes are the same if method,
keys, operator classes, collations and predicate are; an index in the opposite direction is, too,
since PostgreSQL reads indexes both ways. A plain index is no more than a unique one over the same
keys.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed_at timestamptz);
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at);
CREATE INDEX orders_latest_idx ON orders (customer_id DESC, placed_at DESC);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, placed_at timestamptz);
CREATE INDEX orders_customer_idx ON orders (customer_id, placed_at);
CREATE INDEX orders_newest_last_idx ON orders (customer_id, placed_at DESC);
CREATE INDEX orders_open_idx ON orders (customer_id, placed_at) WHERE placed_at IS NOT NULL;
CREATE INDEX orders_customer_hash_idx ON orders USING hash (customer_id);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import drop_advice, drop_index
from server.engines.analysis.population import indexes
from server.engines.analysis.redundancy import Redundancy
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.index import Index


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    found = scope.redundant.get(index.identity)
    if found is not None and found.how is Redundancy.DUPLICATE:
        yield Fault(
            index.identity,
            f"repeats {named(found.served_by.identity)}: the same keys are written twice, and "
            "whatever one of them finds the other does, too.",
            fix=drop_index(index, scope),
            advice=drop_advice(index.parent, scope),
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="indexes",
    population=indexes,
    judge=_judge,
)
