"""A type or domain is dropped while programs use it.

## Why it matters
Programs that cast to it, and functions that name it in their text, fail.

## Flagged
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
-- migration
DROP TYPE mood;
```

## Accepted
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
-- migration
ALTER TYPE mood ADD VALUE 'fair';
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
    for identity in dropped(examined, script, "type", "domain"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"Programs that cast to {named(identity)} fail, "
                f"and so do functions whose text names it.",
            )


RULE = Definition(Severity.WARNING, _judge)
