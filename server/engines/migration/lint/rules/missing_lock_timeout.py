"""A statement waits for a strong lock without a limit.

## Why it matters
A statement that waits for a strong lock makes everybody wait who comes after it: one idle reader in
front is enough to stop the table. With a short lock_timeout it gives up, the queue goes on, and it
can be tried again. Told once, of the first statement that needs it.

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
SET lock_timeout = '2s';
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
            f"It waits for its lock without a limit, and who comes later waits behind it. It "
            f"{holds(examined, table)}.",
            listed("SET lock_timeout = '2s'", examined.sql),
            "Try the whole transaction again where it gives up.",
        )


def _is_unbounded(examined: Examined, script: Script) -> bool:
    return not examined.timeouts.lock and bool(script.locked(examined, LockMode.SHARE))


RULE = Definition(Severity.WARNING, _judge)
