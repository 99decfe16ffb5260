"""A schema is dropped.

## Why it matters
Whatever is named with it is not found any more. With CASCADE everything in it goes, its rows
included.

## Flagged
```sql
CREATE SCHEMA sales;
-- migration
DROP SCHEMA sales;
```

## Accepted
```sql
CREATE SCHEMA sales;
-- migration
CREATE SCHEMA purchases;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.drops import dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for identity in dropped(examined, script, "schema"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"{named(identity)} and all that lies in it are gone for good.",
            )


RULE = Definition(Severity.ERROR, _judge)
