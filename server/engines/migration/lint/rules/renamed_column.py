"""A column is renamed while programs use its name.

## Why it matters
The rename is done in a moment, and from then on every program that was started before fails: it
names a column that is not there. There is no moment at which old and new version both work.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders RENAME COLUMN total TO amount;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN amount numeric;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import code, named
from server.engines.catalog.kinds.column import Column
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.script import Script, part
from server.engines.sql.facts.forms import Rename
from server.engines.sql.quote import identifier

_INSTEAD = (
    "Add a column of the new name, keep the two equal by a trigger, fill it in batches, deploy "
    "programs that use it, and drop the old one later."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    form = examined.form
    if not isinstance(form, Rename) or form.kind != Column.kind:
        return
    relation = script.existing(examined, form.of)
    if relation is not None:
        column = part(Column.kind, relation, form.name)
        yield Fault(
            column,
            f"Programs that run now name {named(column)}, which is called "
            f"{code(identifier(form.new))} afterwards.",
            advice=_INSTEAD,
        )


RULE = Definition(Severity.ERROR, _judge)
