"""Changing a column's type: the statement where PostgreSQL accepts it, the obstacles where not."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from server.engines.analysis.predicate import absent_columns, required_columns
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, listed, named
from server.engines.catalog.dependency import Dependency, DependencyType
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.sql.expression import columns
from server.engines.sql.quote import identifier, qualified

REWRITE = (
    "Rewrites the table under ACCESS EXCLUSIVE: reads and writes wait until it ends. On a large "
    "table add a new column, fill it in batches and swap the two instead."
)
NO_REWRITE = (
    "Takes ACCESS EXCLUSIVE for a moment only, without a scan; set lock_timeout, so that a wait "
    "for it does not hold up everyone behind."
)
_REFUSED = frozenset(
    (
        *("column", "materialized_view", "policy", "publication_table", "routine", "rule"),
        *("trigger", "view"),
    )
)
_TEXTS = ("text", "character", "bpchar")


class Expressions(StrEnum):
    """Which expressions over the old type mean the same over the new one."""

    ALL = "all"
    NOT_INDEXED = "all but those of indexes"
    NONE = "none"


class Remedy(NamedTuple):
    """The SQL, empty where something stands in the way, and what to know before running it."""

    fix: str
    advice: str


def retype(
    column: Column,
    scope: Scope,
    to: str,
    *,
    cost: str = REWRITE,
    expressions: Expressions = Expressions.ALL,
) -> Remedy:
    """Return how to give a column the type `to`; `cost` says what the change locks and reads."""
    if reason := _never(column, scope):
        return Remedy("", f"{reason}, so its type cannot change: create a table with {to} anew.")
    obstacles = [*_obstacles(column, scope, expressions)]
    if obstacles:
        return Remedy(
            "",
            f"PostgreSQL refuses because of {listed(obstacles)}: drop that, change the type to "
            f"{to}, and create it again, all in one transaction. {cost}",
        )
    own, table = identifier(column.identity.name), qualified(*column.identity.names[:2])
    kept = f" COLLATE {column.collation}" if column.collation and to.startswith(_TEXTS) else ""
    return Remedy(f"ALTER TABLE {table} ALTER COLUMN {own} TYPE {to}{kept};", cost)


def _never(column: Column, scope: Scope) -> str:
    """Say why no ALTER TABLE changes the type, empty if one may."""
    table = scope.catalog.get(column.parent, Table) if column.parent else None
    if table is None:
        return ""
    if table.of_type is not None:
        return f"The table is one OF {code(table.of_type)}"
    needs = scope.catalog.dependencies_of(column.identity)
    if any(
        each.referenced == table.identity and each.type is DependencyType.INTERNAL for each in needs
    ):
        return "It is part of the partition key"
    users = {each.dependent for each in scope.catalog.dependents(table.identity) if _holds(each)}
    return f"{named(min(users))} holds rows of the table" if users else ""


def _holds(dependency: Dependency) -> bool:
    """Tell whether something has the table's row type as its own."""
    is_part = dependency.dependent.kind in {Attribute.kind, Column.kind}
    return is_part and dependency.type is DependencyType.NORMAL


def _obstacles(column: Column, scope: Scope, expressions: Expressions) -> Iterator[str]:
    """Yield what PostgreSQL would refuse to change along, here and in inheriting tables."""
    for each in (column, *_heirs(column, scope)):
        dependents = {one.dependent for one in scope.catalog.dependents(each.identity)}
        for one in sorted(dependents):
            if one.kind in _REFUSED or _is_refused(one, each, scope, expressions):
                yield f"{one.kind.replace('_', ' ')} {named(one)}"


def _heirs(column: Column, scope: Scope) -> Iterator[Column]:
    """Yield the same column of the tables that inherit it, partitions included."""
    waiting = [column.parent] if column.parent else []
    while waiting:
        for heir in scope.children.get(waiting.pop(), ()):
            waiting.append(heir.identity)
            own = scope.catalog.columns(heir.identity)
            yield from (each for each in own if each.identity.name == column.identity.name)


def _is_refused(
    dependent: Identity, column: Column, scope: Scope, expressions: Expressions
) -> bool:
    if expressions is Expressions.ALL:
        return False
    index = scope.catalog.get(dependent, Index)
    if index is not None:
        parts = [each.expression for each in index.keys if each.expression]
        return _speaks_of(column, (*parts, index.predicate or ""))
    constraint = scope.catalog.get(dependent, Constraint)
    is_check = constraint is not None and constraint.type is ConstraintType.CHECK
    return expressions is Expressions.NONE and is_check


def _speaks_of(column: Column, texts: tuple[str, ...]) -> bool:
    """Tell whether an expression does more with the column than to test whether it is there."""
    own = column.identity.name
    tests = (required_columns(each) | absent_columns(each) for each in texts)
    mentions = zip(texts, tests, strict=True)
    return any(own in columns(text) and own not in tested for text, tested in mentions)
