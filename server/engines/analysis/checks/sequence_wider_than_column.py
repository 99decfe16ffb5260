"""A sequence counts further than its column can hold.

## Why it matters
The sequence has room for 9 quintillion numbers, so nothing that watches sequences warns, and one
day nextval returns a number that the column refuses: every INSERT fails. Primary keys are left to
the check `integer-primary-key`.

## Flagged
```sql
CREATE SEQUENCE invoice_numbers;
CREATE TABLE invoices (
  id bigint PRIMARY KEY, number integer NOT NULL DEFAULT nextval('invoice_numbers')
);
```

## Accepted
```sql
CREATE SEQUENCE invoice_numbers;
CREATE TABLE invoices (
  id bigint PRIMARY KEY, number bigint NOT NULL DEFAULT nextval('invoice_numbers')
);
CREATE TABLE tickets (id bigint PRIMARY KEY, number serial);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.counter import ENDS, pointing_at, widened
from server.engines.analysis.finding import Severity
from server.engines.analysis.generated import sequence_of
from server.engines.analysis.nullability import base_type
from server.engines.analysis.population import columns, primary_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.sequence import Sequence


def _population(scope: Scope) -> Iterator[tuple[Column, Sequence]]:
    """Yield the columns that a sequence fills and that are no part of a primary key."""
    keys = {(relation_of(key), name) for key in primary_keys(scope) for name in key.columns}
    for column in columns(scope):
        sequence = sequence_of(column, scope)
        if sequence is not None and (relation_of(column), column.identity.name) not in keys:
            yield column, sequence


def _judge(examined: tuple[Column, Sequence], scope: Scope) -> Iterator[Fault]:
    column, sequence = examined
    end = ENDS.get(base_type(column, scope))
    if end is None or sequence.maximum <= end or sequence.increment < 0:
        return
    fix, advice = widened(column, pointing_at(column, scope), scope)
    yield Fault(
        column.identity,
        f"is {column.type} and ends at {end:,}, while {_of(sequence.identity)} counts on to "
        f"{sequence.maximum:,}: from then on every INSERT fails, and no limit of the sequence "
        "warned.",
        fix=fix,
        advice=advice,
    )


def _of(sequence: Identity) -> str:
    return f"its sequence {named(sequence)}"


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="columns with a sequence",
    population=_population,
    judge=_judge,
)
