"""A constraint is declared NOT ENFORCED: nothing checks it.

## Why it matters
PostgreSQL 18 takes CHECK and foreign keys that are documentation only. Whoever reads the schema
sees a rule; rows may break it all the same.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers NOT ENFORCED
);
```

## Accepted
```sql
CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.constraint_statement import (
    VALIDATION,
    add_online,
    alter,
    drop_constraint,
)
from server.engines.analysis.finding import Severity
from server.engines.analysis.population import constraints
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.sql.quote import identifier

_ONLINE = (
    f"ADD … NOT VALID holds {{adding}} for a moment. {VALIDATION} ALTER CONSTRAINT … ENFORCED "
    "would read it under ACCESS EXCLUSIVE, while reads and writes wait."
)
_UNENFORCED = " NOT ENFORCED"


def _judge(constraint: Constraint, scope: Scope) -> Iterator[Fault]:
    if not constraint.is_enforced:
        is_key = constraint.type is ConstraintType.FOREIGN_KEY
        adding = "SHARE ROW EXCLUSIVE on both tables" if is_key else "ACCESS EXCLUSIVE"
        yield Fault(
            constraint.identity,
            "is NOT ENFORCED: it reads like a rule, and rows may break it.",
            fix=_replace(constraint, scope),
            advice=_ONLINE.format(adding=adding),
        )


def _replace(constraint: Constraint, scope: Scope) -> str:
    """Put an enforced constraint in the place and name of this one."""
    table, own = relation_of(constraint), constraint.identity.name
    built = free_name((own,), "enforced", scope.names_taken[table.names[0]])
    rule = constraint.definition.removesuffix(_UNENFORCED)
    rename = f"RENAME CONSTRAINT {identifier(built)} TO {identifier(own)}"
    return "\n".join(
        (
            add_online(table, built, rule),
            drop_constraint(constraint),
            f"{alter(constraint)} {rename};",
        )
    )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="constraints",
    population=constraints,
    judge=_judge,
)
