"""A primary key that counts up runs out of numbers at 2,147,483,647.

## Why it matters
When an `integer` key is used up, every INSERT fails until the column is widened, and widening it
then rewrites the table and whatever points at it. Gaps count: a failed INSERT and an ON CONFLICT
use a number, too. `bigint` costs four bytes a row and never ends. Keys without a sequence are left
alone: somebody numbers those by hand.

## Flagged
```sql
CREATE TABLE events (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb);
```

## Accepted
```sql
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb);
CREATE TABLE currencies (id smallint PRIMARY KEY, code text NOT NULL UNIQUE);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.counter import ENDS, pointing_at, widened
from server.engines.analysis.finding import Severity
from server.engines.analysis.generated import sequence_of
from server.engines.analysis.nullability import base_type
from server.engines.analysis.population import primary_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named, listed, named
from server.engines.catalog.kinds.constraint import Constraint


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    for column in scope.catalog.columns(relation_of(key)):
        end = ENDS.get(base_type(column, scope))
        is_in_key = column.identity.name in key.columns
        if not is_in_key or end is None or sequence_of(column, scope) is None:
            continue
        pointing = pointing_at(column, scope)
        those = listed(named(each.identity) for each in pointing) if pointing else ""
        fix, advice = widened(column, pointing, scope)
        yield Fault(
            key.identity,
            f"counts up in {columns_named([column.identity.name])}, which is {column.type}: after "
            f"{end:,} numbers, used or lost, every INSERT fails."
            + (f" {those} would have to be widened with it." if those else ""),
            fix=fix,
            advice=advice,
        )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="primary keys",
    population=primary_keys,
    judge=_judge,
)
