"""A new enum value is used before it is committed.

## Why it matters
ALTER TYPE … ADD VALUE runs in a transaction, and using the value in the same transaction fails: it
is unsafe until it is committed.

## Flagged
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE days (id bigint PRIMARY KEY, mood mood);
-- migration
BEGIN;
ALTER TYPE mood ADD VALUE 'fair';
UPDATE days SET mood = 'fair' WHERE id = 1;
COMMIT;
```

## Accepted
```sql
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE days (id bigint PRIMARY KEY, mood mood);
-- migration
ALTER TYPE mood ADD VALUE 'fair';
UPDATE days SET mood = 'fair' WHERE id = 1;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script
from server.engines.sql.pieces import Statement
from server.engines.sql.statement_facts import text_literals


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    added = script.earlier_additions(examined)
    if not added:
        return
    literals = text_literals(Statement(examined.sql, 1, 1, "migration"))
    for each, form in added:
        enum = script.existing_type(each, form.enum)
        if enum is not None and form.value in literals:
            yield Fault(
                enum,
                f"Uses {code(form.value)} of {named(enum)} in the transaction that adds it: "
                "PostgreSQL refuses that until it is committed.",
                listed(each.sql, examined.sql),
                "Add the value in a migration of its own.",
            )


RULE = Definition(Severity.ERROR, _judge)
