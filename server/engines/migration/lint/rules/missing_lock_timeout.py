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
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.unbounded import unbounded
from server.engines.migration.lint.wording import holds


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    found = unbounded(examined, script, lambda each: each.lock, "lock_timeout = '2s'")
    if found:
        yield Fault(
            found.table,
            f"It waits for its lock without a limit, and who comes later waits behind it. It "
            f"{holds(examined, found.table)}.",
            found.safe_form,
            f"{found.where} Try the whole transaction again where it gives up.",
        )


RULE = Definition(Severity.WARNING, _judge)
