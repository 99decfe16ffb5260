"""Policies of a table no longer hide its rows.

## Why it matters
Without ROW LEVEL SECURITY everybody who may read the table reads all its rows, whatever its
policies say; without FORCE its owner does, which is often the role that the program itself uses.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
-- migration
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
-- migration
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import named
from server.engines.catalog.kinds.table import Table
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script
from server.engines.sql.facts.forms import ChangeKind

_WHO = {
    ChangeKind.DISABLE_ROW_SECURITY: "Everybody who may read",
    ChangeKind.NO_FORCE_ROW_SECURITY: "The owner of",
}


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, *_WHO):
        fact = script.before.get(table, Table)
        if fact is not None and (fact.has_row_security or fact.forces_row_security):
            yield Fault(
                table,
                f"{_WHO[change.kind]} {named(table)} reads all its rows from now on, whatever its "
                "policies say.",
            )


RULE = Definition(Severity.ERROR, _judge)
