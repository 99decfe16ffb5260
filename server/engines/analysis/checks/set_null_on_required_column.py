"""A foreign key is to set a column to NULL that is NOT NULL.

## Why it matters
ON DELETE SET NULL on a NOT NULL column cannot do what it says: deleting the referenced row fails
with a not-null violation that names the other table. The same goes for SET DEFAULT without a
default, and for ON UPDATE.

## Flagged
```sql
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE posts (
  id bigint PRIMARY KEY, author_id bigint NOT NULL REFERENCES users ON DELETE SET NULL
);
```

## Accepted
```sql
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE posts (id bigint PRIMARY KEY, author_id bigint REFERENCES users ON DELETE SET NULL);
CREATE TABLE likes (
  post_id bigint NOT NULL,
  user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
  PRIMARY KEY (post_id, user_id)
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import own_columns
from server.engines.analysis.nullability import takes_null
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named, named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ForeignKeyAction


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    columns = own_columns(key, scope)
    deleted = [each for each in columns if each.identity.name in key.on_delete_columns] or columns
    actions = (("DELETE", key.on_delete, deleted), ("UPDATE", key.on_update, columns))
    for event, action, affected in actions:
        required = [each.identity.name for each in affected if _is_lost(each, action, scope)]
        if required and action is not None and key.references is not None:
            yield Fault(
                key.identity,
                f"is ON {event} {action.upper()}, but {columns_named(required)} is NOT NULL: "
                f"{event} of a row of {named(key.references)} fails while rows point at it.",
                advice="Decide: drop NOT NULL, or say CASCADE or RESTRICT. Add the new foreign key "
                "NOT VALID, VALIDATE it, then drop this one.",
            )


def _is_lost(column: Column, action: ForeignKeyAction | None, scope: Scope) -> bool:
    """Tell whether the action would put a NULL where none is allowed."""
    match action:
        case ForeignKeyAction.SET_NULL:
            return not takes_null(column, scope)
        case ForeignKeyAction.SET_DEFAULT:
            return not takes_null(column, scope) and not scope.catalog.default(column.identity)
        case _:
            return False


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.ERROR,
    examines="foreign keys",
    population=foreign_keys,
    judge=_judge,
)
