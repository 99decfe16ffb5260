"""One transaction locks several tables one after the other.

## Why it matters
While it waits for the second table it holds the first, and everybody waits for both. Programs that
use the two in the other order deadlock with it. A transaction for each table holds one at a time.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);
-- migration
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE customers ADD COLUMN note text;
COMMIT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);
-- migration
ALTER TABLE orders ADD COLUMN note text;
ALTER TABLE customers ADD COLUMN note text;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.analysis.wording import named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import held
from server.engines.migration.step import LockMode


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    mine = script.locked(examined, LockMode.SHARE_ROW_EXCLUSIVE)
    if not mine or examined.transaction is None:
        return
    sets = [
        frozenset(locked)
        for each in script.earlier(examined)
        if (locked := script.locked(each, LockMode.SHARE_ROW_EXCLUSIVE))
    ]
    new = [table for table in mine if not any(table in tables for tables in sets)]
    # Told of the second table only: the others make it no other thing.
    if not new or not sets or any(tables - sets[-1] for tables in sets):
        return
    first = enumerated([named(table) for table in sorted(sets[-1])])
    yield Fault(
        new[0],
        f"It {held(examined, new[0], mine[new[0]])}; {first} is locked since an earlier statement.",
        advice="Give each table a transaction of its own.",
    )


RULE = Definition(Severity.WARNING, _judge)
