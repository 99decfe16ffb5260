"""A table is packed and written anew while reads and writes wait.

## Why it matters
VACUUM FULL takes ACCESS EXCLUSIVE and writes the table and all indexes anew. Plain VACUUM makes the
room of dead rows usable again while reads and writes go on; only the file stays as large.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
VACUUM FULL orders;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
VACUUM orders;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import held
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import Vacuum
from server.engines.sql.quote import qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Vacuum) or not form.is_full:
        return
    tables = (script.existing(examined, name) for name in form.tables)
    for table in [each for each in tables if each is not None]:
        yield Fault(
            table,
            f"VACUUM FULL {held(examined, table, LockMode.ACCESS_EXCLUSIVE)}, and meanwhile the "
            "whole table and its indexes are written anew.",
            listed(f"VACUUM {qualified(*table.names)}"),
            "Where the file has to shrink, pg_repack does it while others use the table.",
        )


RULE = Definition(Severity.ERROR, _judge)
