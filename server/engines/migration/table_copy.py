"""Carries the rows of a table over to its successor, which PostgreSQL cannot make of it."""

from collections.abc import Iterator

from server.engines.catalog.free_name import free_name
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.conversions import risks, using
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.identity_column import catch_up
from server.engines.sql.quote import identifier, identifiers, qualified


def kept(table: Table, context: Context) -> tuple[Action, ...]:
    """Return what puts the rows aside before the table is dropped."""
    names = identifiers(each.identity.name for each in _carried(table.identity, context))
    source = qualified(*table.identity.names)
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    return plain(f"CREATE TABLE {_aside(table, context)} AS SELECT {names} FROM {source}")


def restored(table: Table, context: Context) -> Iterator[Action]:
    """Yield what brings the rows back and lets sequences go on after them."""
    carried = _carried(table.identity, context)
    names = identifiers(each.identity.name for each in carried)
    # Rows without any value are rows, too.
    columns = f" ({names})" if names else ""
    overriding = (
        " OVERRIDING SYSTEM VALUE"
        if any(each.identity_mode is not None for each in carried)
        else ""
    )
    values = ", ".join(_converted(each, context) for each in carried)
    yield Action(
        # ruff: ignore[hardcoded-sql-expression] - every name was quoted
        f"INSERT INTO {qualified(*table.identity.names)}{columns}{overriding} "
        f"SELECT {values} FROM {_aside(table, context)}",
        hazards=(
            Hazard(HazardKind.MAY_FAIL, table.identity, _refused(table)),
            *(risk for each in carried for risk in _risks(each, context)),
        ),
    )
    for column in carried:
        if column.identity_mode is not None or _counts(column, context):
            yield Action(catch_up(column, context.new))
    yield Action(f"DROP TABLE {_aside(table, context)}")


def _converted(column: Column, context: Context) -> str:
    """Return the value that the column had, as one of the type that it has now."""
    old = context.old.get(column.identity, Column)
    return ("" if old is None else using(old, column)) or identifier(column.identity.name)


def _risks(column: Column, context: Context) -> Iterator[Hazard]:
    old = context.old.get(column.identity, Column)
    if old is not None and old.type != column.type:
        yield from risks(old, column)


def _refused(table: Table) -> str:
    where = " or for which it has no partition" if table.is_partitioned else ""
    name = table.identity.qualified_name
    return f"a row that the new {name} refuses{where} stops the statement"


def _aside(table: Table, context: Context) -> str:
    schema, name = table.identity.names
    return qualified(schema, free_name((name,), "kept", context.names))


def _carried(table: Identity, context: Context) -> tuple[Column, ...]:
    """Return the columns that both tables have and that hold values of their own."""
    before = {each.identity for each in context.old.columns(table) if each.generated_mode is None}
    return tuple(
        each
        for each in context.new.columns(table)
        if each.identity in before and each.generated_mode is None
    )


def _counts(column: Column, context: Context) -> bool:
    default = context.new.get(Identity(Default.kind, column.identity.names), Default)
    return default is not None and default.expression.startswith("nextval(")
