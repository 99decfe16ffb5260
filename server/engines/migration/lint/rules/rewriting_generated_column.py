"""A stored generated column is computed for all rows at once.

## Why it matters
ADD COLUMN … GENERATED … STORED and SET EXPRESSION of a stored column write the whole table anew
under ACCESS EXCLUSIVE. A VIRTUAL column (PostgreSQL 18) is computed when it is read and costs
nothing now; a plain column with a trigger can be filled in batches.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) STORED;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CREATE TABLE refunds (id bigint PRIMARY KEY, total numeric);
ALTER TABLE refunds ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 1.19) STORED;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.added_column import Cause, rewriting
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_rewriting
from server.engines.sql.facts.forms import ChangeKind

_INSTEAD = (
    "On PostgreSQL 18 make it VIRTUAL, unless it is indexed. Otherwise add a plain column, let a "
    "trigger compute it, and fill it in batches."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, identity in rewriting(examined, script, Cause.GENERATED):
        yield Fault(identity, f"ADD COLUMN {while_rewriting(examined, table)}", advice=_INSTEAD)
    for table, change in script.changes(examined, ChangeKind.SET_EXPRESSION):
        if script.has_rewritten(examined, table):
            yield Fault(
                part("column", table, change.name),
                f"SET EXPRESSION {while_rewriting(examined, table)}",
                advice=_INSTEAD,
            )


RULE = Definition(Severity.ERROR, _judge)
