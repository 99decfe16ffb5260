"""A partition is detached while its whole table waits.

## Why it matters
DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table and the partition. With
CONCURRENTLY reads and writes of the table go on; PostgreSQL refuses that where there is a DEFAULT
partition.

## Flagged
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- migration
ALTER TABLE events DETACH PARTITION events_2024;
```

## Accepted
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
-- migration
ALTER TABLE events DETACH PARTITION events_2024 CONCURRENTLY;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.partition_checks import default_partition
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import ChangeKind
from server.engines.sql.quote import qualified

_LEFT = (
    "Run it outside a transaction. It leaves a CHECK on the former partition that its rows are "
    "within the bounds: drop that where it is not wanted."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.DETACH_PARTITION):
        partition = script.existing(examined, change.partition)
        if change.is_concurrent or partition is None:
            continue
        is_refused = default_partition(table, script.before) is not None
        online = f"{altered(table)} DETACH PARTITION {qualified(*partition.names)} CONCURRENTLY"
        yield Fault(
            partition,
            f"DETACH PARTITION {holds(examined, table)}.",
            "" if is_refused else listed(online),
            "With a DEFAULT partition there is no other form." if is_refused else _LEFT,
        )


RULE = Definition(Severity.WARNING, _judge)
