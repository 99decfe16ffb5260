"""A CHECK lists the values that a column may hold.

## Why it matters
A new value means dropping the constraint and adding it again, with a scan of the table, and the
list is repeated wherever the column is. A lookup table with a foreign key takes a new value by
INSERT and has room for labels and order; an enum type takes one by ALTER TYPE … ADD VALUE. Runs
only when asked for: for a short list that never changes, a CHECK is the simplest way.

## Flagged
```sql
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  status text NOT NULL CHECK (status IN ('new', 'paid', 'shipped'))
);
```

## Accepted
```sql
CREATE TABLE order_statuses (status text PRIMARY KEY);
INSERT INTO order_statuses VALUES ('new'), ('paid'), ('shipped');
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  status text NOT NULL REFERENCES order_statuses
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, listed
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.sql.expression import choice

_FEWEST = 2
_MOST_SHOWN = 6


def _population(scope: Scope) -> Iterator[Constraint]:
    for each in scope.catalog.of(Constraint):
        if each.type is ConstraintType.CHECK and each.is_local and not each.is_inherited:
            yield each


def _judge(constraint: Constraint, _: Scope) -> Iterator[Fault]:
    found = choice(constraint.expression or "")
    if found is not None and len(found.texts) >= _FEWEST:
        shown = [code(each) for each in found.texts[:_MOST_SHOWN]]
        more = len(found.texts) - len(shown)
        values = listed([*shown, f"{more} more"] if more else shown)
        yield Fault(
            constraint.identity,
            f"lists what {code(found.column)} may hold ({values}): each new value needs ALTER "
            "TABLE and a scan.",
            advice="Make a lookup table of the values and a foreign key to it, added NOT VALID "
            "and validated afterwards, so that writes go on; then drop the CHECK.",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.INFO,
    examines="CHECK constraints",
    population=_population,
    judge=_judge,
    on_by_default=False,
)
