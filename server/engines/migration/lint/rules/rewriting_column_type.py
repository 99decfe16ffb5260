"""A column gets another type and the whole table is written anew.

## Why it matters
Most changes of a type convert every value: ALTER COLUMN … TYPE then takes ACCESS EXCLUSIVE, writes
the table and all its indexes anew, and needs the room for both. A longer varchar, or text, changes
nothing but the catalog and is not flagged. The way that lets others go on is a second column that a
trigger keeps equal, filled in batches, and an exchange of the names at the end.

## Flagged
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, quantity integer);
-- migration
ALTER TABLE orders ALTER COLUMN quantity TYPE bigint;
```

## Accepted
```sql
CREATE TABLE orders (id bigint PRIMARY KEY, note varchar(50));
-- migration
ALTER TABLE orders ALTER COLUMN note TYPE varchar(100);
```
"""

from collections.abc import Iterator

from server.engines.analysis.finding import Severity
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.migration.batches import in_batches
from server.engines.migration.lint.examined import Examined
from server.engines.migration.lint.rule import Definition, Fault
from server.engines.migration.lint.safe_forms import listed
from server.engines.migration.lint.script import Script, part
from server.engines.migration.lint.wording import while_rewriting
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import ChangeKind
from server.engines.sql.quote import identifier, qualified

_THEN = (
    "Then give the new column the NOT NULL, indexes and constraints of the old one by their own "
    "safe forms, and exchange the two in one short transaction: drop the trigger and the old "
    "column, rename the new one."
)


def _judge(examined: Examined, script: Script) -> Iterator[Fault]:
    for table, change in script.changes(examined, ChangeKind.SET_TYPE):
        column = part("column", table, change.name)
        if script.has_rewritten(examined, table):
            yield Fault(
                column,
                f"ALTER COLUMN TYPE {while_rewriting(examined, table)}",
                _expanded(column, table, change.using, script),
                _THEN,
            )


def _expanded(column: Identity, table: Identity, using: str, script: Script) -> str:
    """Return the statements that bring up a second column beside the first."""
    new = script.after.get(column, Column)
    taken = [each.identity.name for each in script.before.columns(table)]
    name = identifier(free_name((column.name,), "new", taken))
    if new is None:
        return ""
    value = using or f"{identifier(column.name)}::{new.type}"
    function = qualified(table.names[0], free_name((table.name, column.name), "sync", ()))
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    body = f"BEGIN\n  NEW.{name} := (SELECT {value} FROM (SELECT NEW.*) new_row);\n"
    return listed(
        f"{altered(table)} ADD COLUMN {name} {new.type}",
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $sync$\n{body}"
        "  RETURN NEW;\nEND $sync$",
        f"CREATE TRIGGER {identifier(free_name((table.name, column.name), 'sync', ()))} BEFORE "
        f"INSERT OR UPDATE ON {qualified(*table.names)} FOR EACH ROW EXECUTE FUNCTION {function}()",
        in_batches(table, f"{name} = {value}", f"{name} IS DISTINCT FROM ({value})"),
    )


RULE = Definition(Severity.ERROR, _judge)
