"""A time of day carries a zone offset but no date.

## Why it matters
Without the date nobody knows whether daylight saving time applied, so the offset says little and
two values that mean the same moment differ. The PostgreSQL manual advises against `timetz`.

## Flagged
```sql
CREATE TABLE shops (id bigint PRIMARY KEY, opens timetz NOT NULL);
```

## Accepted
```sql
CREATE TABLE shops (id bigint PRIMARY KEY, opens time NOT NULL, zone text NOT NULL);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.retype import Expressions
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    if one.element == "time with time zone":
        precise = one.type.replace("with time zone", "without time zone")
        fix, advice = exchange(one, scope, precise, expressions=Expressions.NOT_INDEXED)
        yield Fault(
            one.subject,
            "keeps an offset without a date, which cannot say whether daylight saving applied.",
            fix=fix,
            advice=f"Keep the zone's name in a column of its own if it matters. {advice}",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
