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
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.unbounded import unbounded
from server.engines.migration.lint.wording import holds


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    found = unbounded(examined, script, lambda each: each.statement, "statement_timeout = '30s'")
    if found:
        yield Fault(
            found.table,
            "It may run for as long as it takes, whoever waits. It "
            f"{holds(examined, found.table)}.",
            found.safe_form,
            f"{found.where} For VALIDATE CONSTRAINT and builds with CONCURRENTLY set it to 0.",
        )


RULE = Definition(Severity.INFO, _judge)
