"""A table is renamed while programs use its name.

## Why it matters
The rename is done in a moment, and from then on every program that was started before fails. A view
under the old name, created in the same transaction, takes the reads and writes of the old programs
until none is left.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders RENAME TO purchases;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders RENAME TO purchases;
CREATE VIEW orders AS SELECT * FROM purchases;
COMMIT;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.view import View
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import Rename
from server.engines.sql.quote import identifier, qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Rename) or form.kind != Table.kind:
        return
    table = script.existing(examined, form.of)
    if table is None or Identity(View.kind, table.names) in script.after:
        return
    new = qualified(table.names[0], form.new)
    rename = f"{altered(table)} RENAME TO {identifier(form.new)}"
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    view = f"CREATE VIEW {qualified(*table.names)} AS SELECT * FROM {new}"
    yield Fault(
        table,
        f"Programs that run now name {named(table)}, which is called "
        f"{code(identifier(form.new))} afterwards.",
        listed("BEGIN", rename, view, "COMMIT"),
        "Drop the view after a deploy whose programs use the new name. ON CONFLICT works through "
        "such a view, TRUNCATE and COPY TO do not.",
    )


RULE = Definition(Severity.ERROR, _judge)
