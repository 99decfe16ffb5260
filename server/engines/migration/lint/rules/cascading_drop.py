"""CASCADE drops what the statement does not name.

## Why it matters
DROP … CASCADE removes every view, foreign key, default and column that depends on the object,
whatever was added since the migration was written. Without CASCADE PostgreSQL refuses and names
them.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE VIEW totals AS SELECT total FROM orders;
-- migration
DROP TABLE orders CASCADE;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
CREATE VIEW totals AS SELECT total FROM orders;
-- migration
DROP VIEW totals;
DROP TABLE orders;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.analysis.wording import named
from server.engines.catalog.identity import Identity
from server.engines.migration.lint.drops import companions, dropped
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import kind_word
from server.engines.sql.facts.forms import ChangeKind, Drop

_MOST_NAMES = 10


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for identity in _dropped(examined, script):
        found = companions(identity, script)
        if found:
            first = found[:_MOST_NAMES]
            shown = enumerated([f"{kind_word(each.kind)} {named(each)}" for each in first])
            more = len(found) - len(first)
            rest = f" ({more} more)" if more > 0 else ""
            yield Fault(
                identity,
                f"CASCADE drops {shown}{rest} together with {named(identity)}.",
                advice="Drop them by name before, and leave CASCADE out.",
            )


def _dropped(examined: Examined, script: Script) -> Iterator[Identity]:
    if isinstance(examined.form, Drop):
        yield from dropped(examined, script) if examined.form.cascades else ()
    kinds = {ChangeKind.DROP_COLUMN: "column", ChangeKind.DROP_CONSTRAINT: "constraint"}
    for table, change in script.changes(examined, *kinds):
        if change.cascades:
            yield part(kinds[change.kind], table, change.name)


RULE = Definition(Severity.ERROR, _judge)
