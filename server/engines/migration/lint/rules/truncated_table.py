"""A table is emptied.

## Why it matters
TRUNCATE takes ACCESS EXCLUSIVE and removes all rows for good; with CASCADE those of every table
that points at it, too.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
TRUNCATE orders;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE TABLE drafts (id bigint PRIMARY KEY);
TRUNCATE drafts;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import Truncate


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    if not isinstance(examined.form, Truncate):
        return
    tables = [script.existing(examined, name) for name in examined.form.tables]
    found = [table for table in tables if table is not None]
    for table in found:
        yield Fault(
            table,
            f"All rows of {named(table)} are gone for good. TRUNCATE {holds(examined, table)}.",
        )
    locked = script.locked(examined, LockMode.ACCESS_EXCLUSIVE)
    for table in locked if examined.form.cascades else ():
        if table not in found:
            yield Fault(
                table, f"CASCADE empties {named(table)}, too, which the statement does not name."
            )


RULE = Definition(Severity.ERROR, _judge)
