"""A table points at itself, and nobody said what happens to the rows below a deleted one.

## Why it matters
Deleting the root of a tree fails as long as it has children, so whoever deletes has to walk the
tree from its leaves. That may be right, and then RESTRICT says so.

## Flagged
```sql
CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint REFERENCES folders);
```

## Accepted
```sql
CREATE TABLE folders (
  id bigint PRIMARY KEY, parent_id bigint REFERENCES folders ON DELETE CASCADE
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.constraint import Constraint, ForeignKeyAction


def _population(scope: Scope) -> Iterator[Constraint]:
    return (key for key in foreign_keys(scope) if key.references == relation_of(key))


def _judge(key: Constraint, _scope: Scope) -> Iterator[Fault]:
    if key.on_delete is ForeignKeyAction.NO_ACTION and not key.is_initially_deferred:
        yield Fault(
            key.identity,
            f"points at its own table with {columns_named(key.columns)} and has no ON DELETE: a "
            "row cannot be deleted while others point at it.",
            advice="Decide: CASCADE deletes what is below, SET NULL makes roots of it, RESTRICT "
            "says that deleting is to fail. Add the new foreign key NOT VALID, VALIDATE it, then "
            "drop this one.",
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="foreign keys to the same table",
    population=_population,
    judge=_judge,
)
