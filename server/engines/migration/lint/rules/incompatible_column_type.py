"""Programs get values of another kind from a column.

## Why it matters
A program that reads the column expects what it held so far: a number, a text, a time with a zone or
without. Unless old and new version of the program read both, one of them fails while they run side
by side.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, code integer);
-- migration
ALTER TABLE orders ALTER COLUMN code TYPE text;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, code integer);
-- migration
ALTER TABLE orders ALTER COLUMN code TYPE bigint;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.catalog.kinds.column import Column
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.sql.facts.forms import ChangeKind

_FAMILIES = (
    frozenset({"text", "character varying", "character", "name"}),
    frozenset({"smallint", "integer", "bigint", "oid"}),
    frozenset({"real", "double precision"}),
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.SET_TYPE):
        identity = part("column", table, change.name)
        old, new = script.before.get(identity, Column), script.after.get(identity, Column)
        if old is None or new is None or _are_alike(old.type_name, new.type_name):
            continue
        yield Fault(
            identity,
            f"Programs that run now expect {code(old.type)} from {named(identity)} and get "
            f"{code(new.type)}.",
            advice="Add a column of the new type, let programs use it, and drop the old one last.",
        )


def _are_alike(old: str, new: str) -> bool:
    return old == new or any(old in family and new in family for family in _FAMILIES)


RULE = Definition(Severity.WARNING, _judge)
