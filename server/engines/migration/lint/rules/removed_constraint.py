"""A rule about rows no longer holds.

## Why it matters
Without the constraint, rows that break it come in, and adding it again fails until they are
repaired. INSERT … ON CONFLICT that names the columns of a dropped key fails at once. Dropping a
foreign key takes ACCESS EXCLUSIVE on both tables. A constraint that is replaced by one of the same
kind and columns is not flagged.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0);
-- migration
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0);
-- migration
ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds_all
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.DROP_CONSTRAINT):
        old = script.before.get(part("constraint", table, change.name), Constraint)
        if old is None or _is_replaced(old, table, script):
            continue
        tables = [each for each in (table, old.references) if each is not None]
        yield Fault(
            old.identity,
            f"Rows no longer have to obey {code(old.definition)} in {named(table)}. DROP "
            f"CONSTRAINT {holds_all(examined, dict.fromkeys(tables))}.",
        )


def _is_replaced(old: Constraint, table: Identity, script: Script) -> bool:
    return any(
        each.type is old.type and set(each.columns) == set(old.columns)
        for each in script.after.constraints(table)
    )


RULE = Definition(Severity.WARNING, _judge)
