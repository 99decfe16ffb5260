"""A column is dropped with all its values.

## Why it matters
Nothing brings the values back. Programs that still name the column, or read rows by SELECT * into
fixed fields, fail from then on. Stop using it, deploy, and drop it in a later migration.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders DROP COLUMN total;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE TABLE drafts (id bigint PRIMARY KEY, note text);
ALTER TABLE drafts DROP COLUMN note;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for relation, change in script.changes(examined, ChangeKind.DROP_COLUMN):
        kind = Column.kind if relation.kind == Table.kind else "attribute"
        identity = part(kind, relation, change.name)
        if identity in script.before:
            yield Fault(
                identity,
                f"All values of {named(identity)} are gone for good, and programs that name it "
                f"fail. DROP COLUMN {holds(examined, relation)}.",
                advice="Drop it only after a deploy whose programs no longer name it.",
            )


RULE = Definition(Severity.ERROR, _judge)
