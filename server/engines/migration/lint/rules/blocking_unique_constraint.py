"""A key is added and its index is built while reads and writes wait.

## Why it matters
ADD UNIQUE and ADD PRIMARY KEY take ACCESS EXCLUSIVE for as long as the index is built. Built before
with CREATE UNIQUE INDEX CONCURRENTLY, it becomes the constraint's by USING INDEX in a moment.

## Flagged
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- migration
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
```

## Accepted
```sql
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- migration
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import (
    EACH_ALONE,
    added_constraint,
    built_first,
    index_of,
)
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import ConstraintForm


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    forms = ConstraintForm.UNIQUE, ConstraintForm.PRIMARY_KEY
    for table, new in script.added(examined, *forms):
        if new.index or not script.has_scanned(examined, table):
            continue
        added = added_constraint(script, table, new)
        index = None if added is None else index_of(added, script.after)
        yield Fault(
            part("constraint", table, new.name) if added is None else added.identity,
            f"ADD {new.form.upper()} {while_scanning(examined, table)}",
            "" if added is None or index is None else built_first(added, index, script),
            f"{EACH_ALONE} Rows that repeat a key make the build fail: look for them before.",
        )


RULE = Definition(Severity.ERROR, _judge)
