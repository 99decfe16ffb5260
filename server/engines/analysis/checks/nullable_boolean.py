"""A boolean column knows a third value.

## Why it matters
`WHERE is_done` and `WHERE NOT is_done` both leave out the rows with NULL, so counts do not add up
and such rows are never processed. Where "unknown" is meant, a text or enum says so; where it is
not, NOT NULL keeps it out.

## Flagged
```sql
CREATE TABLE jobs (id bigint PRIMARY KEY, is_done boolean DEFAULT false);
```

## Accepted
```sql
CREATE TABLE jobs (id bigint PRIMARY KEY, is_done boolean NOT NULL DEFAULT false);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.nullability import base_type, takes_null
from server.engines.analysis.population import columns
from server.engines.analysis.requirement import REQUIREMENT, require
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.column import Column

_UNDECIDED = (
    "It has no default: decide what NULL means here, give it a DEFAULT, UPDATE the rows that have "
    "none, then SET NOT NULL."
)


def _population(scope: Scope) -> Iterator[Column]:
    return (
        each
        for each in columns(scope)
        if each.generated_mode is None and base_type(each, scope) == "boolean"
    )


def _judge(column: Column, scope: Scope) -> Iterator[Fault]:
    if takes_null(column, scope):
        has_default = scope.catalog.default(column.identity) is not None
        yield Fault(
            column.identity,
            "may be NULL: neither `WHERE flag` nor `WHERE NOT flag` finds such rows.",
            fix=require(column, scope) if has_default else "",
            advice=REQUIREMENT if has_default else _UNDECIDED,
        )


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="boolean columns",
    population=_population,
    judge=_judge,
)
