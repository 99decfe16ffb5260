"""A change of type silently changes values.

## Why it matters
Some conversions round, cut or rearrange values and report nothing: numbers lose decimal places,
times their seconds, json the order of its keys. USING with a cast to a shorter text cuts it off,
where without USING the statement would fail.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(10,4));
-- migration
ALTER TABLE orders ALTER COLUMN total TYPE numeric(10,2);
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(10,4));
-- migration
ALTER TABLE orders ALTER COLUMN total TYPE numeric(12,4);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code
from server.engines.catalog.kinds.column import Column
from server.engines.migration.conversions import risks
from server.engines.migration.hazard import HazardKind
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.sql.facts.forms import ChangeKind


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.SET_TYPE):
        identity = part("column", table, change.name)
        old, new = script.before.get(identity, Column), script.after.get(identity, Column)
        if old is None or new is None:
            continue
        for each in risks(old, new):
            if each.kind is HazardKind.DATA_LOSS:
                yield Fault(identity, f"Without a word {each.message}.", advice=_KEEP)
            elif each.kind is HazardKind.MAY_FAIL and change.using:
                yield Fault(identity, f"USING {code(change.using)}: {_CUT}", advice=_KEEP)


_CUT = (
    "an explicit cast cuts off what does not fit, where without USING such a value would stop the "
    "statement."
)
_KEEP = "Look first how many values change, and keep the old ones in a column of their own."


RULE = Definition(Severity.ERROR, _judge)
