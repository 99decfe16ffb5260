"""A timeout ends a concurrent build and leaves an invalid index.

## Why it matters
CREATE INDEX CONCURRENTLY and its kin wait for transactions that are older than they are, which is
harmless: nobody waits behind them. lock_timeout ends that wait all the same, statement_timeout the
whole build, and what is left is an invalid index.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
SET lock_timeout = 0;
CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import statement_of
from server.engines.sql.facts.forms import CreateIndex, Drop, Form, Reindex


def _judge(examined: Examined, _script: Script) -> Iterator[Fault]:
    bounds = {
        "lock_timeout": examined.timeouts.lock,
        "statement_timeout": examined.timeouts.statement,
    }
    names = [name for name, milliseconds in bounds.items() if milliseconds]
    if not names or not _is_concurrent(examined.form) or examined.transaction is not None:
        return
    resets = (f"SET {name} = 0" for name in names)
    yield Fault(
        statement_of(examined),
        f"{enumerated(names)} can end it in its midst, and it then leaves an invalid index, though "
        "nobody waits behind it.",
        listed(*resets, examined.sql),
    )


def _is_concurrent(form: Form) -> bool:
    match form:
        case CreateIndex(is_concurrent=True) | Reindex(is_concurrent=True):
            return True
        case Drop(is_concurrent=True):
            return True
        case _:
            return False


RULE = Definition(Severity.WARNING, _judge)
