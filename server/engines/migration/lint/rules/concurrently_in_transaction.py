"""A statement stands in a transaction and cannot run in one.

## Why it matters
CREATE INDEX, DROP INDEX, REINDEX and DETACH PARTITION with CONCURRENTLY, and VACUUM, begin and end
transactions of their own, so PostgreSQL refuses them inside another. Many runners begin one around
each file.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
COMMIT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import statement_of
from server.engines.sql.facts.forms import ChangeKind, CreateIndex, Drop, Reindex, Vacuum

_REMEDY = "Give it a file of its own, and tell the runner to begin no transaction for that file."


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    if examined.transaction is None or not _is_refused(examined, script):
        return
    yield Fault(
        statement_of(examined),
        "Runs in a transaction, and PostgreSQL refuses it there: it commits in its midst.",
        listed(examined.sql),
        _REMEDY,
    )


def _is_refused(examined: Examined, script: Script) -> bool:
    match examined.form:
        case CreateIndex(is_concurrent=True) | Drop(is_concurrent=True):
            return True
        case Reindex(is_concurrent=True) | Vacuum():
            return True
        case _:
            found = script.changes(examined, ChangeKind.DETACH_PARTITION)
            return any(change.is_concurrent for _, change in found)


RULE = Definition(Severity.ERROR, _judge)
