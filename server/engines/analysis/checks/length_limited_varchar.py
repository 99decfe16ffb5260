"""A varchar(n) column has its limit in the type, where it is hard to change.

## Why it matters
Raising n is cheap, lowering it rewrites the table, and the error names no rule. Where the length
is a rule of the business, a CHECK on `text` can be added NOT VALID, named and validated online.
Where n was a guess, it fails on the first longer name. Runs only when asked for: many teams
choose varchar(n) with open eyes.

## Flagged
```sql
CREATE TABLE people (id bigint PRIMARY KEY, name varchar(255) NOT NULL);
```

## Accepted
```sql
CREATE TABLE people (id bigint PRIMARY KEY, name text NOT NULL CHECK (length(name) <= 255));
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.retype import NO_REWRITE
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    if one.type.startswith("character varying("):
        fix, advice = exchange(one, scope, one.instead("text"), cost=NO_REWRITE)
        yield Fault(
            one.subject,
            f"is {one.type}: the limit is part of the type and costs a rewrite to lower.",
            fix=fix,
            advice=f"Keep the length as a CHECK if it is a rule. {advice}",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.INFO,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
    on_by_default=False,
)
