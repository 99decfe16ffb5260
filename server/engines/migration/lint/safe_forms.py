"""Statements that reach the same while others go on working, to be run outside a transaction."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.index_text import concurrently
from server.engines.migration.lint.script import Script
from server.engines.migration.relation import altered
from server.engines.sql.facts.forms import NewConstraint
from server.engines.sql.quote import identifier

EACH_ALONE = (
    "Run each statement by itself, outside a transaction block, with a lock_timeout for those "
    "that are not CONCURRENTLY."
)
_NAMED_SINCE = 18


def listed(*statements: str) -> str:
    """Return statements as a script."""
    return "\n".join(f"{each};" for each in statements if each)


def added_constraint(script: Script, table: Identity, new: NewConstraint) -> Constraint | None:
    """Return what the statement added, whatever name PostgreSQL gave it."""
    known = script.before.constraints(table)
    taken = {each.identity for each in known}
    fresh = (each for each in script.after.constraints(table) if each.identity not in taken)
    return next(
        (
            each
            for each in fresh
            if each.type.value == new.form.value
            and (each.identity.name == new.name or not new.name)
            and (not new.columns or each.columns == new.columns)
        ),
        None,
    )


def validated_later(constraint: Constraint) -> str:
    """Return a CHECK or foreign key in two steps, of which only the first locks strongly."""
    if constraint.parent is None:
        return ""
    head, name = altered(constraint.parent), identifier(constraint.identity.name)
    rule = constraint.definition.removesuffix(" NOT VALID")
    return listed(
        f"{head} ADD CONSTRAINT {name} {rule} NOT VALID", f"{head} VALIDATE CONSTRAINT {name}"
    )


def plain_column(identity: Identity, script: Script) -> str:
    """Return ADD COLUMN with nothing but the type and a default that touches no row."""
    column, default = script.after.get(identity, Column), script.after.default(identity)
    if column is None or column.parent is None:
        return ""
    value = f" DEFAULT {default.expression}" if default else ""
    return listed(
        f"{altered(column.parent)} ADD COLUMN {identifier(identity.name)} {column.type}{value}"
    )


def not_null(table: Identity, columns: Iterable[str], major: int) -> tuple[str, ...]:
    """Return the statements that make columns NOT NULL without a scan under a strong lock."""
    own = _named_not_null if major >= _NAMED_SINCE else _checked_not_null
    return tuple(statement for column in columns for statement in own(table, column))


def built_first(constraint: Constraint, index: Index, script: Script) -> str:
    """Return a key whose index is built while rows are written."""
    table = constraint.parent
    if table is None or _is_partitioned(table, script.before):
        return ""
    nullable = _nullable(constraint, script.before) if index.is_primary else ()
    name = identifier(constraint.identity.name)
    word = "PRIMARY KEY" if index.is_primary else "UNIQUE"
    return listed(
        *not_null(table, nullable, script.before.major),
        concurrently(index.definition),
        f"{altered(table)} ADD CONSTRAINT {name} {word} USING INDEX {name}{_deferred(constraint)}",
    )


def index_of(constraint: Constraint, catalog: Catalog) -> Index | None:
    """Return the index of a key."""
    return None if constraint.index is None else catalog.get(constraint.index, Index)


def _named_not_null(table: Identity, column: str) -> tuple[str, ...]:
    head, name = altered(table), identifier(free_name((table.name, column), "not_null", ()))
    return (
        f"{head} ADD CONSTRAINT {name} NOT NULL {identifier(column)} NOT VALID",
        f"{head} VALIDATE CONSTRAINT {name}",
    )


def _checked_not_null(table: Identity, column: str) -> tuple[str, ...]:
    head, name = altered(table), identifier(free_name((column,), "is_not_null", ()))
    return (
        f"{head} ADD CONSTRAINT {name} CHECK ({identifier(column)} IS NOT NULL) NOT VALID",
        f"{head} VALIDATE CONSTRAINT {name}",
        f"{head} ALTER COLUMN {identifier(column)} SET NOT NULL",
        f"{head} DROP CONSTRAINT {name}",
    )


def _nullable(constraint: Constraint, catalog: Catalog) -> tuple[str, ...]:
    table = constraint.parent
    columns = () if table is None else catalog.columns(table)
    found = {each.identity.name for each in columns if each.is_nullable}
    return tuple(name for name in constraint.columns if name in found)


def _deferred(constraint: Constraint) -> str:
    if not constraint.is_deferrable:
        return ""
    return " DEFERRABLE" + (" INITIALLY DEFERRED" if constraint.is_initially_deferred else "")


def _is_partitioned(table: Identity, catalog: Catalog) -> bool:
    found = catalog.get(table, Table)
    return found is not None and found.is_partitioned
