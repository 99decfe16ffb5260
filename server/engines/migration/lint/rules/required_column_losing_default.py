"""A required column gets no value of itself any more.

## Why it matters
DROP DEFAULT, DROP IDENTITY and DROP EXPRESSION leave a NOT NULL column to whoever inserts. Programs
that never named it fail with their next INSERT.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'new');
-- migration
ALTER TABLE orders ALTER COLUMN state DROP DEFAULT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'new');
-- migration
ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'open';
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.column import Column
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.sql.facts.forms import ChangeKind

_LOSING = ChangeKind.DROP_DEFAULT, ChangeKind.DROP_IDENTITY, ChangeKind.DROP_EXPRESSION


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, *_LOSING):
        identity = part(Column.kind, table, change.name)
        column = script.after.get(identity, Column)
        if column is None or column.is_nullable or column.identity_mode is not None:
            continue
        if script.after.default(identity) is None and identity in script.before:
            yield Fault(
                identity,
                f"{named(identity)} is NOT NULL and gets no value by itself any more: an INSERT "
                "that does not name it fails.",
                advice="Do it after a deploy whose programs name the column.",
            )


RULE = Definition(Severity.WARNING, _judge)
