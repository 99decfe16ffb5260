"""A serial column that is not the primary key.

## Why it matters
A sequence leaves gaps, and nothing keeps two rows from one number unless a constraint does. On a
column that points at another table the default is a trap: an INSERT that forgets the column
points at whatever row happens to have the next number. Often bigserial was taken for the name of
a type. A column of its own unique constraint beside a primary key is left alone: an order number.

## Flagged
```sql
CREATE TABLE accounts (id bigint PRIMARY KEY, client_id bigserial);
```

## Accepted
```sql
CREATE TABLE accounts (id bigint PRIMARY KEY, client_id bigint NOT NULL);
```
"""

from collections.abc import Iterator

from server.engines.analysis.check import Definition, Fault, Group
from server.engines.analysis.finding import Severity
from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.analysis.serial import (
    Serial,
    is_foreign_key,
    is_in_primary_key,
    others_counting,
    serials,
)
from server.engines.analysis.statement import name
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.sql.quote import identifier


def _judge(serial: Serial, scope: Scope) -> Iterator[Fault]:
    column = serial.column
    if is_foreign_key(column, scope):
        yield Fault(
            column.identity,
            "points at another table, and yet an INSERT that forgets it gets the next number of a "
            "sequence: it points at a row by accident.",
            fix=_without_default(serial, scope),
            advice="Takes ACCESS EXCLUSIVE for a moment, without a scan. An INSERT that forgets "
            "the column then fails.",
            severity=Severity.WARNING,
        )
    elif not is_in_primary_key(column, scope):
        yield from _beside_the_key(column, scope)


def _beside_the_key(column: Column, scope: Scope) -> Iterator[Fault]:
    constraints = scope.catalog.constraints(relation_of(column))
    has_primary_key = any(each.type is ConstraintType.PRIMARY_KEY for each in constraints)
    is_unique = _is_unique(column, scope)
    if has_primary_key and is_unique:
        return
    consequence = (
        "they identify rows of a table that has no primary key"
        if is_unique
        else "they have gaps, and nothing keeps two rows from having the same"
    )
    yield Fault(
        column.identity,
        f"takes numbers from a sequence without being the primary key: {consequence}.",
        advice="If it identifies the row, make it the primary key, or unique beside one. If it "
        "should hold a value that the application knows, drop the default and the sequence.",
    )


def _is_unique(column: Column, scope: Scope) -> bool:
    own = (column.identity.name,)
    return any(
        each.is_unique and each.key_columns == own and each.predicate is None
        for each in scope.catalog.indexes(relation_of(column))
    )


def _without_default(serial: Serial, scope: Scope) -> str:
    if others_counting(serial, scope):
        return ""
    table, own = name(relation_of(serial.column)), identifier(serial.column.identity.name)
    return (
        "BEGIN;\n"
        f"ALTER TABLE {table} ALTER COLUMN {own} DROP DEFAULT;\n"
        f"DROP SEQUENCE {name(serial.sequence.identity)};\n"
        "COMMIT;"
    )


CHECK = Definition(
    group=Group.TYPES,
    severity=Severity.INFO,
    examines="serial columns",
    population=serials,
    judge=_judge,
)
