"""A partition is attached and rows are read while it and others wait.

## Why it matters
ATTACH PARTITION takes ACCESS EXCLUSIVE on the new partition and on the DEFAULT one, and reads both:
one to see that its rows belong there, the other that none of its rows do. Validated CHECKs that say
so spare both scans; drop them afterwards.

## Flagged
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2024 (id bigint NOT NULL, at date NOT NULL);
-- migration
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```

## Accepted
```sql
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2024 (id bigint NOT NULL, at date NOT NULL);
-- migration
ALTER TABLE events_2024 ADD CONSTRAINT in_2024
  CHECK (at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01') NOT VALID;
ALTER TABLE events_2024 VALIDATE CONSTRAINT in_2024;
ALTER TABLE events_rest ADD CONSTRAINT not_in_2024
  CHECK (NOT (at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01')) NOT VALID;
ALTER TABLE events_rest VALIDATE CONSTRAINT not_in_2024;
ALTER TABLE events ATTACH PARTITION events_2024 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.partition_checks import checked_first, default_partition
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import holds_all
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.ATTACH_PARTITION):
        partition = script.existing(examined, change.partition)
        rest = default_partition(table, script.before)
        read = [
            each
            for each in (partition, rest)
            if each is not None and script.has_scanned(examined, each)
        ]
        if read:
            yield Fault(
                partition or table,
                f"ATTACH PARTITION {holds_all(examined, read)}, and all rows are read meanwhile.",
                checked_first(table, read, change, examined.sql, script),
                EACH_ALONE,
            )


RULE = Definition(Severity.ERROR, _judge)
