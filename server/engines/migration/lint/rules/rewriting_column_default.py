"""A column is added with a default that differs from row to row.

## Why it matters
A constant default is remembered once for all rows that are there. A volatile one, as
gen_random_uuid() or clock_timestamp(), has to be computed for each: ADD COLUMN then writes the
whole table anew under ACCESS EXCLUSIVE. now() is no such function: it is the same for the whole
statement.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN placed_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE orders ADD COLUMN token uuid;
ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.migration.batches import in_batches
from server.engines.migration.lint.added_column import Cause, rewriting
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed, not_null
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_rewriting
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, identity in rewriting(examined, script, Cause.DEFAULT):
        yield Fault(
            identity,
            f"ADD COLUMN {while_rewriting(examined, table)}",
            _filled_later(identity, table, script),
            EACH_ALONE,
        )


def _filled_later(identity: Identity, table: Identity, script: Script) -> str:
    column, default = script.after.get(identity, Column), script.after.default(identity)
    if column is None or default is None:
        return ""
    name, head = identifier(identity.name), altered(table)
    columns = (identity.name,) if column.is_not_null else ()
    return listed(
        f"{head} ADD COLUMN {name} {column.type}",
        f"{head} ALTER COLUMN {name} SET DEFAULT {default.expression}",
        in_batches(table, f"{name} = DEFAULT", f"{name} IS NULL"),
        *not_null(table, columns, script.before.major),
    )


RULE = Definition(Severity.ERROR, _judge)
