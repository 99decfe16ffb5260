"""A partition is created in place, and its whole table waits.

## Why it matters
CREATE TABLE … PARTITION OF takes ACCESS EXCLUSIVE on the partitioned table, and on its DEFAULT
partition, which it reads to find rows that belong to the new one. A table that is created by itself
and attached takes SHARE UPDATE EXCLUSIVE on the partitioned table: reads and writes go on.

## Flagged
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```

## Accepted
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
-- migration
CREATE TABLE events_2024 (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.partition_checks import default_partition
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.migration.relation import altered
from server.engines.migration.step import LockMode
from server.engines.sql.facts.forms import CreateTable
from server.engines.sql.quote import qualified


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, CreateTable) or not form.partition_of:
        return
    table = script.existing(examined, form.partition_of)
    if table is None or examined.lock(table) is not LockMode.ACCESS_EXCLUSIVE:
        return
    rest = default_partition(table, script.before)
    is_read = rest is not None and script.has_scanned(examined, rest)
    end = f", and all rows of {named(rest)} are read meanwhile." if rest and is_read else "."
    new = script.current(examined, form.table)
    yield Fault(
        table,
        f"CREATE TABLE … PARTITION OF {holds(examined, table)}{end}",
        "" if new is None else _attached(new, table, script),
        EACH_ALONE,
        Severity.ERROR if is_read else None,
    )


def _attached(new: Identity, table: Identity, script: Script) -> str:
    fact = script.after.get(new, Table)
    if fact is None or fact.partition_bound is None or fact.is_partitioned:
        return ""
    name = qualified(*new.names)
    return listed(
        f"CREATE TABLE {name} (LIKE {qualified(*table.names)} INCLUDING DEFAULTS "
        "INCLUDING CONSTRAINTS INCLUDING GENERATED INCLUDING STORAGE)",
        f"{altered(table)} ATTACH PARTITION {name} {fact.partition_bound}",
    )


RULE = Definition(Severity.WARNING, _judge)
