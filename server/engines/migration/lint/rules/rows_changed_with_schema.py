"""Rows are changed in a transaction that holds a strong lock.

## Why it matters
ALTER TABLE keeps its lock until its transaction ends. UPDATE, DELETE or MERGE in the same
transaction make everybody wait for as long as they take; with deferred foreign keys PostgreSQL may
even refuse the ALTER that follows. Change the schema, commit, then change the rows.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders ADD COLUMN state text;
UPDATE orders SET state = 'new' WHERE total > 0;
COMMIT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN state text;
UPDATE orders SET state = 'new' WHERE total > 0;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import WriteRows, Writing

_SLOW = frozenset((Writing.UPDATE, Writing.DELETE, Writing.MERGE))


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    is_write, locked = _written(examined, script), script.locked(examined, LockMode.SHARE)
    if examined.transaction is None or not (is_write or locked):
        return
    before = script.held(examined, LockMode.SHARE)
    has_written = any(_written(each, script) for each in script.earlier(examined))
    # Told of the statement that makes the mixture, and not again of those after it.
    if bool(before) == has_written or not (before if is_write else has_written):
        return
    table, mode = next(iter((before or locked).items()))
    yield Fault(
        table,
        f"The transaction changes rows and holds {mode} on {named(table)}: {mode.waits} until it "
        "has changed them all.",
        advice="Change the schema in one transaction, and the rows in others after it.",
    )


def _written(examined: Examined, script: Script) -> bool:
    form = examined.form
    return (
        isinstance(form, WriteRows)
        and form.writing in _SLOW
        and script.existing(examined, form.table) is not None
    )


RULE = Definition(Severity.ERROR, _judge)
