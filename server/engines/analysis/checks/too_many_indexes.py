"""A table has more than 15 indexes.

## Why it matters
Each INSERT writes all of them, an UPDATE of any indexed column, too, and every query locks them
while it is planned. A session has 16 cheap lock slots (until PostgreSQL 17): a table with more
than 15 indexes takes more, and busy sessions then queue for the shared lock table.

## Flagged
```sql
CREATE TABLE readings (
  id bigint PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int
);
CREATE INDEX ON readings (a); CREATE INDEX ON readings (b); CREATE INDEX ON readings (c);
CREATE INDEX ON readings (d); CREATE INDEX ON readings (e); CREATE INDEX ON readings (f);
CREATE INDEX ON readings (g); CREATE INDEX ON readings (h); CREATE INDEX ON readings (b, a);
CREATE INDEX ON readings (c, a); CREATE INDEX ON readings (d, a); CREATE INDEX ON readings (e, a);
CREATE INDEX ON readings (f, a); CREATE INDEX ON readings (g, a); CREATE INDEX ON readings (h, a);
```

## Accepted
```sql
CREATE TABLE readings (id bigint PRIMARY KEY, name text NOT NULL, value int NOT NULL);
CREATE TABLE reading_names (name text NOT NULL, reading_id bigint NOT NULL);
CREATE INDEX ON readings (name, value);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.population import tables
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.table import Table

_MOST = 15
"""FP_LOCK_SLOTS_PER_BACKEND is 16 up to PostgreSQL 17; the table itself takes one."""


def _judge(table: Table, scope: Scope) -> Iterator[Fault]:
    count = len(scope.catalog.indexes(table.identity))
    if count > _MOST:
        yield Fault(
            table.identity,
            f"has {count} indexes: each INSERT writes {count} of them, and planning a query locks "
            "them all, more than the 16 locks that a session takes cheaply (until PostgreSQL 17).",
            advice="Ask pg_stat_user_indexes.idx_scan, on every replica, which of them are read, "
            "and drop those that are not and that no constraint needs.",
        )


CHECK = Definition(
    group=Group.INDEXES,
    severity=Severity.INFO,
    examines="tables",
    population=tables,
    judge=_judge,
)
