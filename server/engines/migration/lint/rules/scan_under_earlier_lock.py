"""A table is read or written whole while the transaction holds a strong lock.

## Why it matters
A lock is kept until its transaction ends. A statement that takes long makes everybody wait who
waits for a lock that was taken before it, however harmless the statement is by itself.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);
-- migration
BEGIN;
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX customers_id_idx ON customers (id);
COMMIT;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE TABLE customers (id bigint PRIMARY KEY);
-- migration
ALTER TABLE orders ADD COLUMN note text;
CREATE INDEX customers_id_idx ON customers (id);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.analysis.wording import listed as enumerated
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import ChangeKind, WriteRows


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    seen = examined.observation
    if not (seen.scanned or seen.rewritten) or isinstance(examined.form, WriteRows):
        return
    validated = {table for table, _ in script.changes(examined, ChangeKind.VALIDATE_CONSTRAINT)}
    before = script.held(examined, LockMode.SHARE_ROW_EXCLUSIVE)
    for table, mode in before.items():
        if table in validated:
            continue
        names = enumerated([code(name) for name in sorted(seen.scanned | seen.rewritten)])
        yield Fault(
            table,
            f"The transaction holds {mode} on {named(table)} since an earlier statement, and now "
            f"goes through all of {names}: {mode.waits} until it ends.",
            advice="End the transaction before it.",
        )
        return


RULE = Definition(Severity.ERROR, _judge)
