"""A statement under a strong lock may run without a limit.

## Why it matters
A lock is held for as long as its statement runs. What should take a moment and does not, because
the table is larger or busier than thought, stops everybody until somebody ends it by hand. Told
once, of the first statement that needs it.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN note text;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
SET statement_timeout = '30s';
ALTER TABLE orders ADD COLUMN note text;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.migration.step import LockMode


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    if not _is_unbounded(examined, script):
        return
    first = next(each for each in script.statements if _is_unbounded(each, script))
    table = next(iter(script.locked(examined, LockMode.SHARE)))
    if first.number == examined.number:
        yield Fault(
            table,
            f"It may run for as long as it takes, whoever waits. It {holds(examined, table)}.",
            listed("SET statement_timeout = '30s'", examined.sql),
            "For VALIDATE CONSTRAINT and builds with CONCURRENTLY set it to 0 again.",
        )


def _is_unbounded(examined: Examined, script: Script) -> bool:
    return not examined.timeouts.statement and bool(script.locked(examined, LockMode.SHARE))


RULE = Definition(Severity.INFO, _judge)
