"""A table changes between logged and unlogged, and is written anew.

## Why it matters
SET LOGGED and SET UNLOGGED write the whole table and its indexes anew under ACCESS EXCLUSIVE; there
is no form that locks less. An unlogged table is empty after a crash, and no replica ever has its
rows.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders SET UNLOGGED;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE UNLOGGED TABLE drafts (id bigint PRIMARY KEY);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_rewriting
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    kinds = ChangeKind.SET_LOGGED, ChangeKind.SET_UNLOGGED
    for table, change in script.changes(examined, *kinds):
        if not script.has_rewritten(examined, table):
            continue
        loss = " A crash empties it from now on." if change.kind is kinds[1] else ""
        yield Fault(
            table,
            f"{change.kind.upper()} {while_rewriting(examined, table)}{loss}",
            advice="There is no form that locks less: do it while the table is not used.",
        )


RULE = Definition(Severity.ERROR, _judge)
