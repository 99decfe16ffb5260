"""The file ends in a transaction that it never commits.

## Why it matters
Whoever runs the file closes the connection, and PostgreSQL undoes everything since BEGIN, without
an error.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.edge_fault import EdgeFault
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import statement_of


def _judge(examined: Examined, _script: Script) -> Iterator[Fault]:
    if EdgeFault.NEVER_COMMITTED in examined.edge_faults:
        yield Fault(
            statement_of(examined),
            "The file ends without COMMIT: all since its last BEGIN is undone, without an error.",
            listed("BEGIN", examined.sql, "COMMIT"),
        )


RULE = Definition(Severity.ERROR, _judge)
