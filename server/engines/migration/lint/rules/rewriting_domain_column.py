"""A column of a domain with constraints is added and all rows are written.

## Why it matters
PostgreSQL checks the constraints of a domain for every row that gets the new column, even where the
value is NULL or a constant, and writes the whole table anew under ACCESS EXCLUSIVE. With the
domain's base type the same ADD COLUMN touches no row.

## Flagged
```sql
CREATE DOMAIN amount AS numeric CONSTRAINT amount_check CHECK (VALUE >= 0);
CREATE TABLE orders (id bigint PRIMARY KEY);
-- migration
ALTER TABLE orders ADD COLUMN total amount;
```

## Accepted
```sql
CREATE DOMAIN amount AS numeric CONSTRAINT amount_check CHECK (VALUE >= 0);
CREATE TABLE orders (id bigint PRIMARY KEY);
-- migration
ALTER TABLE orders ADD COLUMN total numeric;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.added_column import Cause, rewriting
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_rewriting

_INSTEAD = (
    "Add the column with the domain's base type, and its rule as a CHECK of the table, NOT VALID "
    "and validated later."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, identity in rewriting(examined, script, Cause.DOMAIN):
        yield Fault(identity, f"ADD COLUMN {while_rewriting(examined, table)}", advice=_INSTEAD)


RULE = Definition(Severity.ERROR, _judge)
