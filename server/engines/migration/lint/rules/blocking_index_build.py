"""An index is built while writes wait.

## Why it matters
CREATE INDEX takes SHARE on the table: every INSERT, UPDATE and DELETE waits until the index is
built, which takes minutes on a large table. CREATE INDEX CONCURRENTLY lets writes go on. It runs
outside a transaction, and one that fails leaves an invalid index that has to be dropped.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- migration
CREATE INDEX orders_customer_id_idx ON orders (customer_id);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL);
-- migration
CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);
CREATE TABLE refunds (id bigint PRIMARY KEY, order_id bigint NOT NULL);
CREATE INDEX refunds_order_id_idx ON refunds (order_id);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.index import Index
from server.engines.migration.index_text import concurrently
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import CreateIndex

_PARTITIONED = (
    "CONCURRENTLY does not exist for partitioned tables: create the index ON ONLY the table, build "
    "one CONCURRENTLY on each partition, and attach those with ALTER INDEX … ATTACH PARTITION."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    if not isinstance(examined.form, CreateIndex) or examined.form.is_concurrent:
        return
    table = script.existing(examined, examined.form.table)
    if table is None or not script.has_scanned(examined, table):
        return
    new = _built(table, examined.form.name, script)
    is_partitioned = new is not None and new.is_partitioned
    yield Fault(
        table if new is None else new.identity,
        f"CREATE INDEX {while_scanning(examined, table)}",
        "" if new is None or is_partitioned else listed(concurrently(new.definition)),
        _PARTITIONED if is_partitioned else EACH_ALONE,
    )


def _built(table: Identity, name: str, script: Script) -> Index | None:
    """Find the new index; one without a name in the statement is any that was not there before."""
    return next(
        (
            each
            for each in script.after.indexes(table)
            if (each.identity.name == name if name else each.identity not in script.before)
        ),
        None,
    )


RULE = Definition(Severity.ERROR, _judge)
