"""A view is dropped while programs use it.

## Why it matters
Programs that still read the view fail. A view that the same migration creates again is not flagged,
and is away for nobody if both happen in one transaction.

## Flagged
```sql
CREATE VIEW open_orders AS SELECT 1 AS id;
-- migration
DROP VIEW open_orders;
```

## Accepted
```sql
CREATE VIEW open_orders AS SELECT 1 AS id;
-- migration
BEGIN;
DROP VIEW open_orders;
CREATE VIEW open_orders AS SELECT 'one' AS id;
COMMIT;
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
    for identity in dropped(examined, script, "view", "materialized_view"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"Programs that read {named(identity)} fail.",
            )


RULE = Definition(Severity.WARNING, _judge)
