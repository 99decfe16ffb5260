"""A function or procedure is dropped while programs call it.

## Why it matters
Programs that still call it fail, and so do functions that call it in their text, which PostgreSQL
does not follow. Create the new one first, let everybody use it, and drop the old one last.

## Flagged
```sql
CREATE FUNCTION vat(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total * 0.19';
-- migration
DROP FUNCTION vat(numeric);
```

## Accepted
```sql
CREATE FUNCTION vat(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total * 0.19';
-- migration
CREATE OR REPLACE FUNCTION vat(total numeric) RETURNS numeric
  LANGUAGE sql AS 'SELECT total * 0.2';
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
    for identity in dropped(examined, script, "routine", "aggregate"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"Programs that call {named(identity)} fail, "
                f"and so do functions whose text calls it.",
            )


RULE = Definition(Severity.WARNING, _judge)
