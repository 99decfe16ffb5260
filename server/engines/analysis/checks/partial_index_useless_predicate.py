"""A partial index leaves out no row: its predicate asks for what NOT NULL grants.

## Why it matters
`WHERE column IS NOT NULL` on a NOT NULL column excludes nothing and costs uses: such an index
does not serve ON CONFLICT (column), nor queries that sort by it without a condition on the column.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
CREATE INDEX orders_customer_id_idx ON orders (customer_id) WHERE customer_id IS NOT NULL;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint);
CREATE INDEX orders_customer_id_idx ON orders (customer_id) WHERE customer_id IS NOT NULL;
```
"""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import (
    build_advice,
    drop_advice,
    drop_index,
    replace_index,
)
from server.engines.analysis.population import indexes
from server.engines.analysis.predicate import required_columns
from server.engines.analysis.redundancy import redundant_indexes
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code
from server.engines.catalog.kinds.index import Index


def _population(scope: Scope) -> Iterator[Index]:
    return (index for index in indexes(scope) if index.predicate is not None)


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    table = relation_of(index)
    present = {each.identity.name for each in scope.catalog.columns(table) if each.is_not_null}
    required = required_columns(index.predicate)
    if not required or not required <= present:
        return
    whole = replace(index, predicate=None)
    is_repeated = _is_repeated(whole, scope)
    fix = drop_index(index, scope) if is_repeated else replace_index(index, whole, scope)
    advice = drop_advice(table, scope) if is_repeated else build_advice(table, scope)
    yield Fault(
        index.identity,
        f"has the predicate {code(index.predicate or '')}, which NOT NULL makes true for every "
        "row: nothing is left out, and ON CONFLICT and sorting cannot use the index.",
        fix=fix,
        advice=advice,
    )


def _is_repeated(whole: Index, scope: Scope) -> bool:
    """Tell whether another index does already what this one would do without its predicate."""
    others = (
        each
        for each in scope.catalog.indexes(relation_of(whole))
        if each.identity != whole.identity
    )
    return any(
        each.index.identity == whole.identity for each in redundant_indexes([*others, whole])
    )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.INFO,
    examines="partial indexes",
    population=_population,
    judge=_judge,
)
