"""A unique rule over several columns lets rows pass that agree in all of them.

## Why it matters
NULL differs from NULL for UNIQUE, so (7, NULL) can be there any number of times. That is a mistake
where NULL is a state that rows share: at the top of a tree (the column points at a row), or not
deleted yet (it is a time). Otherwise NULL may well say that the rule does not concern the row, and
the finding is for information. A single nullable column is left alone, and so is a partial index
that leaves out the NULLs, and one beside which another unique index governs them.

## Flagged
```sql
CREATE TABLE folders (
  id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL,
  UNIQUE (parent_id, name)
);
```

## Accepted
```sql
CREATE TABLE folders (
  id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL,
  UNIQUE NULLS NOT DISTINCT (parent_id, name)
);
CREATE TABLE files (id bigint PRIMARY KEY, folder_id bigint, name text NOT NULL);
CREATE UNIQUE INDEX files_name_idx ON files (folder_id, name);
CREATE UNIQUE INDEX files_top_name_idx ON files (name) WHERE folder_id IS NULL;
```
"""

from collections.abc import Iterator
from dataclasses import replace

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.index_statement import (
    build_advice,
    create_like,
    is_online,
    new_name,
    replace_index,
)
from server.engines.analysis.nullability import base_type, takes_null
from server.engines.analysis.plain_btree import key_columns
from server.engines.analysis.population import indexes
from server.engines.analysis.predicate import absent_columns, required_columns
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.statement import name
from server.engines.analysis.wording import columns_named
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.sql.quote import identifier

_SINCE = 15
_RULE = (
    "It fails if such rows are there already. Leave it as it is if rows without a value are to be "
    "free of the rule."
)
_AGAIN = (
    "Create it again with NULLS NOT DISTINCT, and the foreign keys that point at it with it; or "
    "add a unique index over the other columns WHERE the nullable one IS NULL."
)
_DECIDE = (
    "Right if NULL means that the row has no such value. If it means one that rows can share, "
    "create it again with NULLS NOT DISTINCT (since PostgreSQL 15)."
)


def _population(scope: Scope) -> Iterator[Index]:
    return (each for each in indexes(scope) if each.is_unique and len(each.keys) > 1)


def _judge(index: Index, scope: Scope) -> Iterator[Fault]:
    exempt = required_columns(index.predicate)
    absent = [
        each
        for each in key_columns(index, scope)
        if takes_null(each, scope)
        and each.identity.name not in exempt
        and not _is_governed(index, each.identity.name, scope)
    ]
    if not absent or index.is_nulls_not_distinct or not index.is_valid:
        return
    is_state = len(absent) < len(index.keys) and all(_is_state(each, scope) for each in absent)
    fix, advice = _remedy(index, scope) if is_state else ("", _DECIDE)
    names = columns_named(each.identity.name for each in absent)
    yield Fault(
        index.identity,
        f"refuses no duplicates in rows where {names} is NULL: NULL counts as different from NULL.",
        fix=fix,
        advice=advice,
        severity=None if is_state else Severity.INFO,
    )


def _is_state(column: Column, scope: Scope) -> bool:
    """Tell whether NULL is a state that rows share: at the top, for all, not ended yet."""
    points = any(
        each.type is ConstraintType.FOREIGN_KEY and column.identity.name in each.columns
        for each in scope.catalog.constraints(relation_of(column))
    )
    return points or base_type(column, scope).startswith(("timestamp", "date"))


def _is_governed(index: Index, column: str, scope: Scope) -> bool:
    """Tell whether another unique index is there for the rows without this column."""
    others = {each for each in index.key_columns if each != column}
    return any(
        each.is_unique
        and column in absent_columns(each.predicate)
        and others.issuperset(each.key_columns)
        for each in scope.catalog.indexes(relation_of(index))
    )


def _remedy(index: Index, scope: Scope) -> tuple[str, str]:
    table = relation_of(index)
    is_bound = index.identity in scope.indexes_pointed_at or index.is_replica_identity
    is_special = not index.is_immediate or index.method != "btree"
    if is_bound or is_special or not is_online(table, scope) or scope.catalog.major < _SINCE:
        return "", _AGAIN
    strict = replace(index, is_nulls_not_distinct=True)
    if index.constraint is None:
        return replace_index(index, strict, scope), f"{_RULE} {build_advice(table, scope)}"
    built = new_name(table, [each for each in index.key_columns if each], scope)
    own = identifier(index.constraint.name)
    swap = (
        f"ALTER TABLE {name(table)} DROP CONSTRAINT {own}, "
        f"ADD CONSTRAINT {own} UNIQUE USING INDEX {identifier(built)};"
    )
    return f"{create_like(strict, built, scope)}\n{swap}", f"{_RULE} {build_advice(table, scope)}"


CHECK = Definition(
    group=Group.KEYS,
    severity=Severity.WARNING,
    examines="unique indexes of several columns",
    population=_population,
    judge=_judge,
)
