"""A table gets a trigger under a lock that writes wait for.

## Why it matters
CREATE TRIGGER takes SHARE ROW EXCLUSIVE: it waits for every transaction that wrote the table, and
writers who come later wait behind it. From then on each write runs the function, for programs that
know nothing of it, too.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- migration
CREATE TRIGGER touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- migration
CREATE TABLE drafts (id bigint PRIMARY KEY);
CREATE TRIGGER touch BEFORE UPDATE ON drafts FOR EACH ROW EXECUTE FUNCTION touch();
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import holds
from server.engines.sql.facts.forms import CreateObject


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, CreateObject) or form.kind != Trigger.kind or form.is_replacing:
        return
    table = script.existing(examined, form.table)
    if table is not None and table.kind == Table.kind:
        yield Fault(
            part(Trigger.kind, table, form.name[-1]),
            f"CREATE TRIGGER {holds(examined, table)}.",
            advice="Set lock_timeout, and try again where it gives up.",
        )


RULE = Definition(Severity.INFO, _judge)
