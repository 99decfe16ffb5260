"""A constraint is validated in the transaction that added it.

## Why it matters
ADD CONSTRAINT … NOT VALID takes a strong lock for a moment, and keeps it until its transaction
ends. VALIDATE CONSTRAINT in the same transaction reads the whole table under that lock: the two
steps were for nothing.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
COMMIT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
COMMIT;
BEGIN;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
COMMIT;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, validated_later
from server.engines.migration.lint.script import Script, part
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.VALIDATE_CONSTRAINT):
        mode = script.held(examined, LockMode.SHARE).get(table)
        if mode is None or not _is_added_here(change.name, examined, script):
            continue
        identity = part("constraint", table, change.name)
        added = script.after.get(identity, Constraint)
        yield Fault(
            identity,
            f"VALIDATE CONSTRAINT reads all rows while the transaction that added it still holds "
            f"{mode} on {named(table)}: {mode.waits} until {examined.until}.",
            "" if added is None else validated_later(added),
            EACH_ALONE,
        )


def _is_added_here(name: str, examined: Examined, script: Script) -> bool:
    return any(
        change.name == name
        for each in script.earlier(examined)
        for _, change in script.changes(each, ChangeKind.ADD_CONSTRAINT)
    )


RULE = Definition(Severity.ERROR, _judge)
