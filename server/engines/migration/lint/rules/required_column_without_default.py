"""A column is added that no existing row can have.

## Why it matters
ADD COLUMN … NOT NULL without a default fails as soon as the table has one row. It also stops every
INSERT of programs that do not know the column yet.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN currency text NOT NULL;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import columns_named, named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script, part
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import ChangeKind
from server.engines.sql.quote import identifier


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.ADD_COLUMN):
        new = change.column
        if new is None or not new.is_not_null:
            continue
        if new.has_default or new.has_sequence or new.is_generated:
            continue
        yield Fault(
            part("column", table, change.name),
            f"ADD COLUMN fails if {named(table)} has a row, because {columns_named([change.name])} "
            "is NOT NULL and has no default; programs that do not know it can insert no row.",
            # It may have failed on the clone, so that nobody but the statement knows the type.
            listed(f"{altered(table)} ADD COLUMN {identifier(change.name)} {new.type}"),
            "Let programs write it, fill it for the rows that are there, and make it NOT NULL "
            "last. A constant default would do, too: it touches no row.",
        )


RULE = Definition(Severity.ERROR, _judge)
