"""A table is sorted and written anew while reads and writes wait.

## Why it matters
CLUSTER takes ACCESS EXCLUSIVE, reads the table by an index, and writes it and all indexes anew. The
order is not kept: later writes go anywhere.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
CLUSTER orders USING orders_pkey;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders CLUSTER ON orders_pkey;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_rewriting
from server.engines.sql.facts.forms import Cluster


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    table = script.existing(examined, form.table) if isinstance(form, Cluster) else None
    if table is not None and script.has_rewritten(examined, table):
        yield Fault(
            table,
            f"CLUSTER {while_rewriting(examined, table)}",
            advice="pg_repack sorts a table while others use it.",
        )


RULE = Definition(Severity.ERROR, _judge)
