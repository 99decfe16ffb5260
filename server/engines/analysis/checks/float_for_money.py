"""An amount of money is stored as a binary fraction.

## Why it matters
`real` and `double precision` cannot hold 0.10: sums drift, and two amounts that print alike
compare as different. The column is recognized by its name, so a person should look.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total_price double precision NOT NULL);
```

## Accepted
```sql
CREATE TABLE orders (
  id bigint PRIMARY KEY, total_price numeric(12, 2) NOT NULL, price_score real NOT NULL
);
```
"""

import re
from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Evidence, Severity
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed
from server.engines.analysis.words import words

_MONEY = re.compile(
    r"(^| )(amount|balance|cost|fee|price|revenue|salary|subtotal|tax|total due|wage)s?$"
)


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    is_float = one.element in {"real", "double precision"}
    if is_float and _MONEY.search(words(one.subject.name)):
        fix, advice = exchange(one, scope, one.instead("numeric"))
        yield Fault(
            one.subject,
            f"looks like an amount of money in {one.type}, which cannot hold 0.10 exactly.",
            fix=fix,
            advice="Give numeric the scale of the currency. Keep the type if the values are "
            f"measured or estimated, not owed. {advice}",
            evidence=Evidence.HEURISTIC,
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
