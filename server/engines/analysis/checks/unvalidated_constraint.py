"""A constraint was added with NOT VALID and never validated.

## Why it matters
It holds for new rows only: old ones may break it, and the planner does not rely on it. Adding with
NOT VALID and validating later is the right way on a large table, if the second step is taken.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.population import constraints
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.sql.quote import identifier

_SCAN = (
    "Reads the whole table under SHARE UPDATE EXCLUSIVE: reads and writes go on. It fails if old "
    "rows break the constraint: repair them first."
)
_SCAN_BOTH = (
    "Reads the whole table under SHARE UPDATE EXCLUSIVE and the one it points at under ROW SHARE: "
    "reads and writes go on. It fails if old rows point at nothing: repair them first."
)
_SCAN_USERS = (
    "Reads each table with a column of the domain under SHARE: its writes wait until that ends. It "
    "fails if old rows break the constraint: repair them first."
)


def _population(scope: Scope) -> Iterator[Constraint | DomainConstraint]:
    """Yield what a table or domain declares itself: validating it reaches whatever inherits it."""
    yield from (each for each in constraints(scope) if each.is_enforced)
    yield from scope.catalog.of(DomainConstraint)


def _judge(constraint: Constraint | DomainConstraint, _scope: Scope) -> Iterator[Fault]:
    if constraint.is_validated:
        return
    owner = name(relation_of(constraint))
    if isinstance(constraint, DomainConstraint):
        kind, advice = "DOMAIN", _SCAN_USERS
    else:
        is_key = constraint.type is ConstraintType.FOREIGN_KEY
        kind, advice = "TABLE", _SCAN_BOTH if is_key else _SCAN
    yield Fault(
        constraint.identity,
        "was never validated: it holds for new rows, and old ones may break it.",
        fix=f"ALTER {kind} {owner} VALIDATE CONSTRAINT {identifier(constraint.identity.name)};",
        advice=advice,
    )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="constraints",
    population=_population,
    judge=_judge,
)
