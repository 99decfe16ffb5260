"""A foreign key is contained in another one to the same table.

## Why it matters
If (tenant_id, user_id) points at a user, user_id alone does, too: the shorter key checks nothing
that the longer one does not, and each write checks both. Keys that only share a column, such as
the tenant's, or that point at different tables, are left alone, and so is a longer key that lets
rows with NULLs pass.

## Flagged
```sql
CREATE TABLE users (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, UNIQUE (tenant_id, id));
CREATE TABLE orders (
  id bigint PRIMARY KEY, tenant_id bigint NOT NULL, user_id bigint NOT NULL REFERENCES users,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
```

## Accepted
```sql
CREATE TABLE users (tenant_id bigint NOT NULL, id bigint PRIMARY KEY, UNIQUE (tenant_id, id));
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  tenant_id bigint NOT NULL,
  user_id bigint NOT NULL,
  editor_id bigint,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, editor_id) REFERENCES users (tenant_id, id)
);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.constraint_statement import DROP_FOREIGN_KEY, drop_constraint
from server.engines.analysis.finding import Severity
from server.engines.analysis.foreign_key_columns import (
    are_of_one_mind,
    mapping,
    own_columns,
)
from server.engines.analysis.nullability import takes_null
from server.engines.analysis.population import foreign_keys
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import columns_named, named
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType, ForeignKeyMatch

_DIFFER = "They differ in what they do when the row they point at goes: decide which is meant."


def _judge(key: Constraint, scope: Scope) -> Iterator[Fault]:
    for other in scope.catalog.constraints(relation_of(key)):
        if _contains(other, key) and not _lets_pass(other, scope):
            agree = are_of_one_mind(key, other)
            yield Fault(
                key.identity,
                f"says less than {named(other.identity)}, which points with "
                f"{columns_named(other.columns)} at the same row: each write checks both.",
                fix=drop_constraint(key) if agree else "",
                advice=DROP_FOREIGN_KEY if agree else _DIFFER,
            )
            return


def _contains(other: Constraint, key: Constraint) -> bool:
    return (
        other.type is ConstraintType.FOREIGN_KEY
        and other.references == key.references
        and mapping(key) < mapping(other)
        and other.is_validated
        and other.is_enforced
    )


def _lets_pass(key: Constraint, scope: Scope) -> bool:
    """Tell whether a NULL in one column keeps the others from being checked."""
    may_be_absent = any(takes_null(each, scope) for each in own_columns(key, scope))
    return may_be_absent and key.match is not ForeignKeyMatch.FULL


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.INFO,
    examines="foreign keys",
    population=foreign_keys,
    judge=_judge,
)
