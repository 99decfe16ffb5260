"""A primary key from an index reads the whole table to find NULLs.

## Why it matters
ADD PRIMARY KEY USING INDEX is done in a moment only if its columns are NOT NULL already. Otherwise
PostgreSQL makes them so and reads all rows under ACCESS EXCLUSIVE.

## Flagged
```sql
CREATE TABLE users (id bigint);
CREATE UNIQUE INDEX users_pkey ON users (id);
-- migration
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
```

## Accepted
```sql
CREATE TABLE users (id bigint NOT NULL);
CREATE UNIQUE INDEX users_pkey ON users (id);
-- migration
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY USING INDEX users_pkey;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import columns_named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, added_constraint, listed, not_null
from server.engines.migration.lint.script import Script
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import ConstraintForm


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, new in script.added(examined, ConstraintForm.PRIMARY_KEY):
        added = added_constraint(script, table, new)
        if added is None or not new.index or not script.has_scanned(examined, table):
            continue
        columns = [
            each.identity.name
            for each in script.before.columns(table)
            if each.is_nullable and each.identity.name in added.columns
        ]
        yield Fault(
            added.identity,
            f"{columns_named(columns)} may be NULL until now, so ADD PRIMARY KEY USING INDEX "
            f"{while_scanning(examined, table)}",
            listed(*not_null(table, columns, script.before.major), examined.sql),
            EACH_ALONE,
        )


RULE = Definition(Severity.ERROR, _judge)
