"""A CHECK is added and all rows are checked while reads and writes wait.

## Why it matters
ADD CONSTRAINT … CHECK takes ACCESS EXCLUSIVE and reads the whole table. Added NOT VALID it holds
for new rows at once, and VALIDATE CONSTRAINT then reads the table while reads and writes go on.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, added_constraint, validated_later
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import ConstraintForm


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, new in script.added(examined, ConstraintForm.CHECK):
        if not new.is_validated or not script.has_scanned(examined, table):
            continue
        added = added_constraint(script, table, new)
        yield Fault(
            part("constraint", table, new.name) if added is None else added.identity,
            f"ADD CHECK {while_scanning(examined, table)}",
            "" if added is None else validated_later(added),
            EACH_ALONE,
        )


RULE = Definition(Severity.ERROR, _judge)
