"""A money column changes its meaning with the server's locale.

## Why it matters
`money` has no currency: lc_monetary decides how it is read, printed and how many decimals it has,
so a dump restored elsewhere may hold other amounts. Division by money or a float loses cents.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total money NOT NULL);
```

## Accepted
```sql
CREATE TABLE orders (
  id bigint PRIMARY KEY, total numeric(19, 4) NOT NULL, currency text NOT NULL
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.retype import Expressions
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    if one.element == "money":
        to = one.instead("numeric(19, 4)")
        fix, advice = exchange(one, scope, to, expressions=Expressions.NONE)
        yield Fault(
            one.subject,
            "holds an amount whose currency and decimals depend on the server's lc_monetary.",
            fix=fix,
            advice=f"Keep the currency in a column of its own. {advice}",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
