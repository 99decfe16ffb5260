"""A column is added together with a constraint that reads the table.

## Why it matters
ADD COLUMN takes ACCESS EXCLUSIVE for a moment. With CHECK or UNIQUE in the same statement it reads
the whole table, or builds an index, under that lock. The column first and the constraint
afterwards, in its own safe form, lets others go on.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN state text DEFAULT 'new' CHECK (state <> '');
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD COLUMN state text DEFAULT 'new';
ALTER TABLE orders ADD CONSTRAINT orders_state_check CHECK (state <> '') NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_state_check;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.analysis.wording import listed as enumerated
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import (
    EACH_ALONE,
    built_first,
    index_of,
    plain_column,
    validated_later,
)
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_scanning
from server.engines.sql.facts.forms import ChangeKind, ConstraintForm

_HARMLESS = ConstraintForm.NOT_NULL


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.ADD_COLUMN):
        new = () if change.column is None else change.column.constraints
        forms = [one.form for one in new if one.form is not _HARMLESS]
        if not forms or not script.has_scanned(examined, table):
            continue
        if script.has_rewritten(examined, table):
            continue
        column = part("column", table, change.name)
        yield Fault(
            column,
            f"ADD COLUMN with {enumerated([form.upper() for form in forms])} "
            f"{while_scanning(examined, table)}",
            _apart(column, table, script),
            EACH_ALONE,
        )


def _apart(column: Identity, table: Identity, script: Script) -> str:
    added = [
        each
        for each in script.after.constraints(table)
        if each.columns == (column.name,) and each.type is not ConstraintType.NOT_NULL
    ]
    own = (_later(each, script) for each in added)
    return "\n".join((plain_column(column, script), *own))


def _later(constraint: Constraint, script: Script) -> str:
    if constraint.type in {ConstraintType.CHECK, ConstraintType.FOREIGN_KEY}:
        return validated_later(constraint)
    index = index_of(constraint, script.after)
    return "" if index is None else built_first(constraint, index, script)


RULE = Definition(Severity.ERROR, _judge)
