"""A sequence is dropped together with the number it stands at.

## Why it matters
Programs that call nextval() with its name fail, and one that is created again starts from its
beginning.

## Flagged
```sql
CREATE SEQUENCE invoice_number;
-- migration
DROP SEQUENCE invoice_number;
```

## Accepted
```sql
CREATE SEQUENCE invoice_number;
-- migration
ALTER SEQUENCE invoice_number CACHE 10;
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
    for identity in dropped(examined, script, "sequence"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"Programs that draw numbers from {named(identity)} fail, "
                f"and where it stood is not known any more.",
            )


RULE = Definition(Severity.WARNING, _judge)
