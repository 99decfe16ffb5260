"""No column of a table but its primary key is required.

## Why it matters
A row may say nothing at all, so every reader has to be ready for every gap. As a rule nobody
decided that: NULL is what a column takes if nothing is said. Left alone: staging tables and records
of other rows, by their names.

## Flagged
```sql
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text, joined_at timestamptz);
```

## Accepted
```sql
CREATE TABLE customers (
  id bigint PRIMARY KEY, name text NOT NULL, email text, joined_at timestamptz
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.nullability import takes_null
from server.engines.analysis.population import tables
from server.engines.analysis.scope import Scope
from server.engines.analysis.staging import is_passing, is_record
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.table import Table

_FEWEST = 2  # columns beside the key: a single one may well be all that is optional


def _population(scope: Scope) -> Iterator[tuple[Table, list[Column]]]:
    """Yield the tables that hold several columns beside their key, and those columns."""
    for table in tables(scope):
        others = _others(table, scope)
        if len(others) >= _FEWEST and not (is_passing(table) or is_record(table)):
            yield table, others


def _judge(examined: tuple[Table, list[Column]], scope: Scope) -> Iterator[Fault]:
    table, others = examined
    if all(takes_null(each, scope) for each in others):
        yield Fault(
            table.identity,
            "requires nothing: any or all of "
            f"{columns_named(each.identity.name for each in others)} may be NULL.",
            advice="Decide which of them every row has. For each: ADD CHECK (… IS NOT NULL) NOT "
            "VALID, repair the rows, VALIDATE, then SET NOT NULL: reads and writes go on.",
        )


def _others(table: Table, scope: Scope) -> list[Column]:
    keys = (
        each.columns
        for each in scope.catalog.constraints(table.identity)
        if each.type is ConstraintType.PRIMARY_KEY
    )
    key = next(keys, ())
    return [
        each
        for each in scope.catalog.columns(table.identity)
        if each.identity.name not in key and each.generated_mode is None
    ]


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="tables of several columns",
    population=_population,
    judge=_judge,
)
