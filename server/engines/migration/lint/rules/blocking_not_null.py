"""A column is made NOT NULL and all rows are read while reads and writes wait.

## Why it matters
SET NOT NULL takes ACCESS EXCLUSIVE and reads the whole table, unless a validated CHECK proves that
there is no NULL. On PostgreSQL 18 a NOT NULL constraint itself can be added NOT VALID and validated
later, while reads and writes go on.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- migration
ALTER TABLE orders ADD CONSTRAINT total_is_there CHECK (total IS NOT NULL) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT total_is_there;
ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
ALTER TABLE orders DROP CONSTRAINT total_is_there;
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import EACH_ALONE, listed, not_null
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_scanning
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import ChangeKind, ConstraintForm
from server.engines.sql.quote import identifier


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, name in _demanded(examined, script):
        column = script.before.get(part("column", table, name), Column)
        is_known = column is not None and column.is_not_null
        waiting = _waiting(table, name, script)
        if (is_known and not waiting) or not script.has_scanned(examined, table):
            continue
        validate = f"{altered(table)} VALIDATE CONSTRAINT {identifier(waiting)}" if waiting else ""
        steps = (validate,) if validate else not_null(table, (name,), script.before.major)
        yield Fault(
            part("column", table, name),
            f"SET NOT NULL {while_scanning(examined, table)}",
            listed(*steps),
            EACH_ALONE,
        )


def _demanded(examined: Examined, script: Script) -> Iterator[tuple[Identity, str]]:
    for table, change in script.changes(examined, ChangeKind.SET_NOT_NULL):
        yield table, change.name
    for table, new in script.added(examined, ConstraintForm.NOT_NULL):
        if new.is_validated:
            yield table, new.columns[0]


def _waiting(table: Identity, column: str, script: Script) -> str:
    """Return the name of a NOT NULL constraint that is there and not validated."""
    return next(
        (
            each.identity.name
            for each in script.before.constraints(table)
            if each.type is ConstraintType.NOT_NULL
            and each.columns == (column,)
            and not each.is_validated
        ),
        "",
    )


RULE = Definition(Severity.ERROR, _judge)
