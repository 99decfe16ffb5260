"""A json column can be neither compared nor indexed.

## Why it matters
`json` keeps the text: every access parses it again, `=` and DISTINCT fail with an error, and no
GIN index can serve `@>`. `jsonb` is parsed once. Only where key order, duplicate keys or white
space must survive is `json` right.

## Flagged
```sql
CREATE TABLE events (id bigint PRIMARY KEY, payload json NOT NULL);
```

## Accepted
```sql
CREATE TABLE events (id bigint PRIMARY KEY, payload jsonb NOT NULL);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.retype import Expressions
from server.engines.analysis.scope import Scope
from server.engines.analysis.typed import EXAMINED, Typed, exchange, typed


def _judge(one: Typed, scope: Scope) -> Iterator[Fault]:
    if one.element == "json":
        fix, advice = exchange(one, scope, one.instead("jsonb"), expressions=Expressions.NONE)
        yield Fault(
            one.subject,
            "is parsed again at every access; =, DISTINCT and GIN indexes do not work on it.",
            fix=fix,
            advice="Key order and duplicate keys are lost; functions whose names begin with "
            f"json_ are called jsonb_ for the new type. {advice}",
        )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.WARNING,
    examines=EXAMINED,
    population=typed,
    judge=_judge,
)
