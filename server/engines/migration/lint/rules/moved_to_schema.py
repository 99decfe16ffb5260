"""An object moves to another schema while programs use its place.

## Why it matters
Programs that name it with its schema, or whose search path lacks the new one, no longer find it.
There is no moment at which old and new version both work, unless a view stays behind.

## Flagged
```sql
CREATE SCHEMA sales;
CREATE TABLE orders (id bigint PRIMARY KEY);
-- migration
ALTER TABLE orders SET SCHEMA sales;
```

## Accepted
```sql
CREATE SCHEMA sales;
CREATE TABLE orders (id bigint PRIMARY KEY);
-- migration
BEGIN;
ALTER TABLE orders SET SCHEMA sales;
CREATE VIEW public.orders AS SELECT * FROM sales.orders;
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
from server.engines.sql.facts.forms import Move
from server.engines.sql.quote import identifier, qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Move):
        return
    found = script.existing(examined, form.name) or script.existing_type(examined, form.name)
    if found is None or Identity(View.kind, found.names) in script.after:
        return
    yield Fault(
        found,
        f"Programs that run now look for {named(found)}, which lies in "
        f"{code(identifier(form.schema))} afterwards.",
        _with_view(found, form.schema) if found.kind == Table.kind else "",
    )


def _with_view(table: Identity, schema: str) -> str:
    new = qualified(schema, table.name)
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    view = f"CREATE VIEW {qualified(*table.names)} AS SELECT * FROM {new}"
    return listed(
        "BEGIN",
        f"{altered(table)} SET SCHEMA {identifier(schema)}",
        view,
        "COMMIT",
    )


RULE = Definition(Severity.WARNING, _judge)
