"""An index is dropped under a lock that reads wait for.

## Why it matters
DROP INDEX takes ACCESS EXCLUSIVE on the table: it waits for every transaction that uses the table,
and whoever comes later waits behind it. DROP INDEX CONCURRENTLY lets reads and writes go on; it
runs outside a transaction, and does not exist for indexes of partitioned tables.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
-- migration
DROP INDEX orders_note_idx;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
CREATE INDEX orders_note_idx ON orders (note);
-- migration
DROP INDEX CONCURRENTLY orders_note_idx;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.lint.drops import dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import Drop
from server.engines.sql.quote import qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    if not isinstance(examined.form, Drop) or examined.form.is_concurrent:
        return
    for identity in dropped(examined, script, Index.kind):
        index = script.before.get(identity, Index)
        if index is None or index.parent is None:
            continue
        online = listed(f"DROP INDEX CONCURRENTLY {qualified(*identity.names)}")
        yield Fault(
            identity,
            f"DROP INDEX {holds(examined, index.parent)}.",
            "" if index.is_partitioned else online,
            "" if index.is_partitioned else EACH_ALONE,
        )


RULE = Definition(Severity.WARNING, _judge)
