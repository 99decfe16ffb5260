"""No index finds the rows that point at a referenced row.

## Why it matters
PostgreSQL indexes the referenced side of a foreign key and not the referencing one. Each DELETE of
a referenced row, and each UPDATE of its key, then reads the whole referencing table under a lock;
so does every join that starts at the referenced row. An index serves if its first keys are the
columns of the foreign key in any order: that of a primary key or unique constraint, a longer one,
or one `WHERE column IS NOT NULL`.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
CREATE INDEX orders_customer_id_idx ON orders (customer_id, id);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import build_advice, create_index
from server.engines.analysis.lookup import is_indexed, lookup_columns
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named, named
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    columns, table = lookup_columns(key), relation_of(key)
    if not key.is_enforced or key.references is None or is_indexed(table, columns, scope):
        return
    message = (
        f"has no index on {columns_named(columns)}: deleting a row of {named(key.references)}, or "
        f"changing its key, reads all of {named(table)} to find what points at it, and so does a "
        "join from there."
    )
    sibling = _longer_sibling(key, scope)
    if sibling is None:
        fix, advice = create_index(table, columns, scope), build_advice(table, scope)
    else:
        fix, advice = "", f"The index that {named(sibling.identity)} needs serves this one, too."
    yield Fault(key.identity, message, fix=fix, advice=advice)


def _longer_sibling(key: Constraint, scope: Scope) -> Constraint | None:
    """Find another foreign key without an index, whose index would begin with these columns."""
    own = lookup_columns(key)
    for other in scope.catalog.constraints(relation_of(key)):
        if other.type is not ConstraintType.FOREIGN_KEY or not other.is_enforced:
            continue
        columns = lookup_columns(other)
        begins_alike = set(columns[: len(own)]) == set(own)
        comes_first = (-len(columns), other.identity) < (-len(own), key.identity)
        if begins_alike and comes_first and not is_indexed(relation_of(key), columns, scope):
            return other
    return None


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.WARNING,
    examines="foreign keys",
    population=foreign_keys,
    judge=_judge,
)
