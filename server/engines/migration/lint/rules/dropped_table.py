"""A table is dropped with all its rows.

## Why it matters
Nothing brings the rows back, and programs that still name the table fail. DROP TABLE also takes
ACCESS EXCLUSIVE on every table that its foreign keys point at. A table that is created again under
the same name has lost its rows all the same.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
DROP TABLE orders;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE TABLE drafts (id bigint PRIMARY KEY);
DROP TABLE drafts;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.drops import dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.migration.step import LockMode


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table in dropped(examined, script, Table.kind, "foreign_table"):
        yield Fault(
            table,
            f"All rows of {named(table)} are gone for good, and programs that name it fail. DROP "
            f"TABLE {holds(examined, table)}{_others(table, examined, script)}.",
            advice="Drop it only after a deploy whose programs no longer name it, its foreign "
            "keys one by one before it.",
        )


def _others(table: Identity, examined: Examined, script: Script) -> str:
    locked = script.locked(examined, LockMode.ACCESS_EXCLUSIVE)
    names = [named(each) for each in locked if each != table]
    return f"; so it does on {enumerated(names)}" if names else ""


RULE = Definition(Severity.ERROR, _judge)
