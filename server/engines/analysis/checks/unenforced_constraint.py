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
from server.engines.analysis.finding import Severity
from server.engines.analysis.free_name import free_name
from server.engines.analysis.population import constraints
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.sql.quote import identifier

_ONLINE = (
    "ADD … NOT VALID holds {adding} for a moment. VALIDATE reads the table under SHARE UPDATE "
    "EXCLUSIVE while reads and writes go on, and fails if rows break the rule: repair them first. "
    "ALTER CONSTRAINT … ENFORCED would read it under ACCESS EXCLUSIVE, while reads and writes wait."
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
    relation = relation_of(constraint)
    table, own = name(relation), identifier(constraint.identity.name)
    taken = scope.names_taken[relation.names[0]]
    built = identifier(free_name((constraint.identity.name,), "enforced", taken))
    rule = constraint.definition.removesuffix(_UNENFORCED)
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {built} {rule} NOT VALID;\n"
        f"ALTER TABLE {table} VALIDATE CONSTRAINT {built};\n"
        f"ALTER TABLE {table} DROP CONSTRAINT {own};\n"
        f"ALTER TABLE {table} RENAME CONSTRAINT {built} TO {own};"
    )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="constraints",
    population=constraints,
    judge=_judge,
)
