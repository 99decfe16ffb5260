"""All keys of an index are the first keys of a longer one.

## Why it matters
A B-tree over (a, b) finds whatever one over (a) finds. The shorter one is maintained with every
write all the same. Only plain indexes with the same operator classes, collations and predicate
are compared: a unique index is a rule and not only an access path.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, status int NOT NULL);
CREATE INDEX orders_customer_idx ON orders (customer_id);
CREATE INDEX orders_customer_status_idx ON orders (customer_id, status);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, status int NOT NULL);
CREATE INDEX orders_status_idx ON orders (status);
CREATE INDEX orders_customer_status_idx ON orders (customer_id, status);
CREATE INDEX orders_new_idx ON orders (customer_id) WHERE status = 0;
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

_PRICE = (
    "The longer index is larger, so scans of many rows by these keys alone get slower: compare "
    "both with pg_relation_size, and keep the shorter one where it is a fraction of the longer "
    "and hot."
)


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    found = scope.redundant.get(index.identity)
    if found is not None and found.how is Redundancy.PREFIX:
        yield Fault(
            index.identity,
            f"is the beginning of {named(found.served_by.identity)}, which finds whatever this one "
            "does: each write maintains both.",
            fix=drop_index(index, scope),
            advice=f"{_PRICE} {drop_advice(index.parent, scope)}",
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="indexes",
    population=indexes,
    judge=_judge,
)
