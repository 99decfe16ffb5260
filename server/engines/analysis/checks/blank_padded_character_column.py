"""A char(n) column pads its values with blanks.

## Why it matters
`char(n)` stores the blanks, ignores them in comparisons, and drops them in some functions: LIKE,
concatenation and a cast to text disagree about the same value. It is no faster than `text` in
PostgreSQL, and longer values are still refused.

## Flagged
```sql
CREATE TABLE addresses (id bigint PRIMARY KEY, country char(2) NOT NULL);
```

## Accepted
```sql
CREATE TABLE addresses (
  id bigint PRIMARY KEY, country text NOT NULL CHECK (length(country) = 2)
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    # Without a length the type is called bpchar, and nothing is filled up.
    if one.type.startswith("character("):
        fix, advice = exchange(one, scope, one.instead("text"))
        yield Fault(
            one.subject,
            f"is {one.type}: blanks fill it up, and functions disagree whether they count.",
            fix=fix,
            advice="The conversion drops trailing blanks. Keep the length as a CHECK if it is a "
            f"rule. {advice}",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
