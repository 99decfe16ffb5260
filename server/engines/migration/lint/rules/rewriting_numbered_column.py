"""A serial or identity column numbers all rows at once.

## Why it matters
ADD COLUMN with serial or GENERATED … AS IDENTITY draws a number for every row that is there: the
whole table is written anew under ACCESS EXCLUSIVE. A plain column can be numbered in batches and
given its sequence before.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN number bigserial;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN number bigint;
CREATE SEQUENCE orders_number_seq OWNED BY orders.number;
ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number_seq');
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.free_name import free_name
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
from server.engines.sql.quote import identifier, literal, qualified

_IDENTITY = (
    "For an identity, at last drop the default, ADD GENERATED … AS IDENTITY, which reads and "
    "writes no row then, and set its sequence above the greatest number."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, identity in rewriting(examined, script, Cause.NUMBERED):
        yield Fault(
            identity,
            f"ADD COLUMN {while_rewriting(examined, table)}",
            _numbered_later(identity, table, script),
            f"{EACH_ALONE} {_IDENTITY}",
        )


def _numbered_later(identity: Identity, table: Identity, script: Script) -> str:
    column = script.after.get(identity, Column)
    if column is None:
        return ""
    sequence = qualified(table.names[0], free_name((table.name, identity.name), "seq", ()))
    name, head, next_ = identifier(identity.name), altered(table), f"nextval({literal(sequence)})"
    return listed(
        f"{head} ADD COLUMN {name} {column.type}",
        f"CREATE SEQUENCE {sequence} AS {column.type} OWNED BY {qualified(*identity.names)}",
        f"{head} ALTER COLUMN {name} SET DEFAULT {next_}",
        in_batches(table, f"{name} = DEFAULT", f"{name} IS NULL"),
        *not_null(table, (identity.name,), script.before.major),
    )


RULE = Definition(Severity.ERROR, _judge)
