"""Programs may meet NULL where there was none.

## Why it matters
Once a column may be NULL, some row will be, and programs that never had to look for it meet it.
Making it NOT NULL again reads the whole table and fails if one was written meanwhile.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL);
-- migration
ALTER TABLE orders ALTER COLUMN state DROP NOT NULL;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL);
-- migration
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'new';
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.column import Column
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.DROP_NOT_NULL):
        identity = part(Column.kind, table, change.name)
        column = script.before.get(identity, Column)
        if column is not None and column.is_not_null:
            yield Fault(
                identity,
                f"Programs that read {named(identity)} may meet NULL from now on. DROP NOT NULL "
                f"{holds(examined, table)}.",
            )


RULE = Definition(Severity.INFO, _judge)
