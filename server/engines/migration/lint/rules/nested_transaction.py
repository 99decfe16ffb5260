"""A transaction begins or ends where another one does.

## Why it matters
PostgreSQL has no transactions inside others: the second BEGIN does nothing but warn, and the first
COMMIT ends it all. In a file that the runner wraps, COMMIT ends the runner's transaction: what
follows is committed one by one, and the runner's own mark that the file was applied may be lost.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
COMMIT;
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
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import statement_of

_MESSAGES = {
    EdgeFault.NESTED_BEGIN: "BEGIN in a transaction does nothing; the first COMMIT ends it all.",
    EdgeFault.STRAY_COMMIT: "COMMIT outside a transaction does nothing.",
    EdgeFault.RUNNERS_COMMITTED: (
        "COMMIT ends the transaction that the runner began: what follows is committed one by one."
    ),
}


def _judge(examined: Examined, _script: Script) -> Iterator[Fault]:
    for fault in sorted(examined.edge_faults & _MESSAGES.keys()):
        yield Fault(
            statement_of(examined),
            _MESSAGES[fault],
            advice="Leave BEGIN and COMMIT to the runner, or tell it to begin none.",
        )


RULE = Definition(Severity.WARNING, _judge)
