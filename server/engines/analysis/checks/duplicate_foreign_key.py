"""Two foreign keys say the same.

## Why it matters
Each INSERT, and each UPDATE of the columns, checks both, and each DELETE of a referenced row looks
for referencing rows twice. Where their actions differ, the one that does less is misleading: the
row is gone, or the DELETE refused, whatever it says.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES customers);
ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint REFERENCES customers,
  invoiced_customer_id bigint REFERENCES customers
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.constraint_statement import DROP_FOREIGN_KEY, drop_constraint
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import are_of_one_mind, mapping
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType

_DIFFER = "They differ in what they do or when: decide which of them is meant, and drop the other."


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    kept = _kept(key, scope)
    if kept is None:
        return
    agree = are_of_one_mind(key, kept)
    yield Fault(
        key.identity,
        f"repeats {named(kept.identity)}: both point with the same columns at the same columns of "
        f"{named(kept.references or kept.identity)}, and each write checks both.",
        fix=drop_constraint(key) if agree else "",
        advice=DROP_FOREIGN_KEY if agree else _DIFFER,
    )


def _kept(key: Constraint, scope: Scope) -> Constraint | None:
    """Find the foreign key that says the same and stays: the firmer one, then the shorter name."""
    same = [
        each
        for each in scope.catalog.constraints(relation_of(key))
        if each.type is ConstraintType.FOREIGN_KEY
        and each.references == key.references
        and mapping(each) == mapping(key)
    ]
    first = min(same, key=_preference)
    return None if first is key else first


def _preference(key: Constraint) -> tuple[object, ...]:
    is_weak = not key.is_enforced or not key.is_validated
    # What PostgreSQL named itself is longer by a number where it is the second.
    return (is_weak, len(key.identity.name), key.identity)


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="foreign keys",
    population=foreign_keys,
    judge=_judge,
)
