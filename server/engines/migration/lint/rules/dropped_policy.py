"""A row security policy is dropped.

## Why it matters
A permissive policy that goes hides rows from those it let through; a restrictive one that goes
shows rows that nobody should see. A policy that the same migration creates again is not flagged.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, owner name);
CREATE POLICY own ON orders USING (owner = current_user);
-- migration
DROP POLICY own ON orders;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, owner name);
CREATE POLICY own ON orders USING (owner = current_user);
-- migration
ALTER POLICY own ON orders USING (owner = session_user);
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
    for identity in dropped(examined, script, "policy"):
        if identity not in script.after:
            yield Fault(
                identity,
                f"What {named(identity)} granted or refused "
                f"is decided by the other policies of its table alone.",
            )


RULE = Definition(Severity.WARNING, _judge)
