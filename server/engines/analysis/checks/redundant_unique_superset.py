"""A unique index holds all columns of another unique one.

## Why it matters
If no two rows agree in `a`, no two agree in `a` and `b`: the wider index can never refuse a row
that the narrower one lets pass, but every write pays for it. It is needed only as the target of a
composite foreign key or of ON CONFLICT (a, b).

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, name text NOT NULL);
CREATE UNIQUE INDEX customers_name_email_idx ON customers (name, email);
```

## Accepted
```sql
CREATE TABLE customers (
  tenant_id bigint NOT NULL, id bigint PRIMARY KEY, UNIQUE (tenant_id, id)
);
CREATE TABLE orders (
  id bigint PRIMARY KEY, tenant_id bigint NOT NULL, customer_id bigint NOT NULL,
  FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)
);
```
"""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import (
    build_advice,
    create_index,
    removal,
    replace_index,
)
from server.engines.analysis.population import indexes
from server.engines.analysis.relation import relation_of
from server.engines.analysis.retype import Remedy
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.index import Index, IndexKey

_TARGET = "ON CONFLICT over exactly these columns needs it: look for that in the code first."


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    if not _is_droppable(index, scope):
        return
    for other in scope.catalog.indexes(relation_of(index)):
        if _implies(other, index):
            leads = _keys(index.keys[: len(other.keys)]) == _keys(other.keys)
            fix, advice = removal(index, scope) if leads else _demote(index, scope)
            yield Fault(
                index.identity,
                f"can refuse nothing that {named(other.identity)} lets pass, whose columns it "
                "holds, too: each write maintains both.",
                fix=fix,
                advice=f"{_TARGET} {advice}",
            )
            return


def _is_droppable(index: Index, scope: Scope) -> bool:
    return (
        index.is_unique
        and index.is_valid
        and index.method == "btree"
        and not (index.is_primary or index.is_replica_identity or index.is_clustered)
        and index.identity not in scope.indexes_pointed_at
    )


def _implies(other: Index, index: Index) -> bool:
    return (
        other.is_unique
        and other.is_valid
        and other.method == "btree"
        and _keys(other.keys) < _keys(index.keys)
        and other.predicate in {None, index.predicate}
        and (other.is_nulls_not_distinct or not index.is_nulls_not_distinct)
        and (other.is_immediate or not index.is_immediate)
    )


def _keys(keys: tuple[IndexKey, ...]) -> frozenset[tuple[str | None, ...]]:
    return frozenset((each.column, each.expression, each.collation) for each in keys)


def _demote(index: Index, scope: Scope) -> Remedy:
    """Keep the index for those who look things up by its first key."""
    table, building = relation_of(index), build_advice(index.parent, scope)
    if index.constraint is None:
        plain = replace(index, is_unique=False, is_nulls_not_distinct=False)
        return Remedy(replace_index(index, plain, scope), building)
    columns = [each for each in index.key_columns if each is not None]
    drop, dropping = removal(index, scope)
    return Remedy(f"{create_index(table, columns, scope)}\n{drop}", f"{building} {dropping}")


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="indexes",
    population=indexes,
    judge=_judge,
)
