"""Triggers of a table no longer run.

## Why it matters
What a trigger keeps true is not kept any more for the rows that are written meanwhile. DISABLE
TRIGGER ALL includes the triggers of foreign keys: rows come in that point nowhere, and no later
check finds them.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
-- migration
ALTER TABLE orders DISABLE TRIGGER touch;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
-- migration
BEGIN;
ALTER TABLE orders DISABLE TRIGGER touch;
ALTER TABLE orders ENABLE TRIGGER touch;
COMMIT;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.trigger import Enabled, Trigger
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.DISABLE_TRIGGER):
        identity = part(Trigger.kind, table, change.name) if change.name else table
        trigger = script.after.get(identity, Trigger)
        if trigger is not None and trigger.enabled is not Enabled.DISABLED:
            continue
        what = f"The trigger {named(identity)} does" if change.name else "Triggers do"
        yield Fault(
            identity,
            f"{what} not run for what is written to {named(table)} from now on. DISABLE TRIGGER "
            f"{holds(examined, table)}.",
        )


RULE = Definition(Severity.WARNING, _judge)
