"""Values for the rows that are there when a column with a changing default is added."""

import re
from collections.abc import Iterable
from dataclasses import replace

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.routine import Routine, Volatility
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.migration.action import Action, Mode
from server.engines.migration.batches import in_batches
from server.engines.migration.context import Context
from server.engines.migration.domain_nulls import is_refused_by_domain
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.not_null import refuse_null
from server.engines.migration.updatable import refuses_updates
from server.engines.sql.quote import identifier, qualified

# Built-in functions whose value differs from row to row; ADD COLUMN would write the table anew.
_VOLATILE = re.compile(
    r"\b(nextval|random|random_normal|gen_random_uuid|uuidv4|uuidv7|clock_timestamp|timeofday"
    r"|setval|currval|lastval|uuid_generate_v\w+|gen_random_bytes|pg_sleep)\(",
)


def is_volatile(default: Default, context: Context) -> bool:
    """Whether each row gets a value of its own."""
    if _VOLATILE.search(default.expression):
        return True
    needed = (each.referenced for each in context.new.dependencies_of(default.identity))
    return any(_is_volatile_routine(each, context) for each in needed)


def filled_at_once(default: Default, context: Context) -> bool:
    """Whether ADD COLUMN itself should give the rows that are there the default."""
    if default.parent in context.values:
        return False
    needed = (each.referenced for each in context.new.dependencies_of(default.identity))
    if any(each.kind == Sequence.kind and context.is_created(each) for each in needed):
        return False
    if refuses_updates(_table(default, context), context):
        return True
    column = None if default.parent is None else context.new.get(default.parent, Column)
    if column is not None and is_refused_by_domain(column, context.new):
        return True  # There is no NULL in it, not even for a while.
    return not (context.is_online and is_volatile(default, context))


def _table(default: Default, context: Context) -> Identity | None:
    column = None if default.parent is None else context.new.facts.get(default.parent)
    return None if column is None else column.parent


def is_filled_later(column: Column, context: Context) -> bool:
    """Whether rows that are there get the column's default in a step of their own."""
    default = context.new.default(column.identity)
    return (
        default is not None
        and context.is_created(column.identity)
        and not context.is_created(column.parent)
        and not filled_at_once(default, context)
    )


def filling(default: Default, context: Context) -> Iterable[Action]:
    """Return the statement that gives rows which are there the default of a new column."""
    column = None if default.parent is None else context.new.get(default.parent, Column)
    if column is None or not is_filled_later(column, context):
        return ()
    is_default = column.identity not in context.values
    fill = _fill(column, "DEFAULT", context) if is_default else filling_given(column, context)
    return (fill, *_refusing_null(column, context))


def _fill(column: Column, value: str, context: Context) -> Action:
    table, name = qualified(*column.identity.names[:2]), identifier(column.identity.name)
    if column.parent is None or not context.is_online:
        # ruff: ignore[hardcoded-sql-expression] - every name was quoted
        return Action(f"UPDATE {table} SET {name} = {value} WHERE {name} IS NULL")
    return Action(in_batches(column.parent, f"{name} = {value}", f"{name} IS NULL"), Mode.OUTSIDE)


def is_given(column: Column, context: Context) -> bool:
    """Whether somebody gave a value for rows that are there, and nothing else gives one."""
    return (
        column.identity in context.values
        and context.new.default(column.identity) is None
        and column.generated_mode is None
        and column.identity_mode is None
        and not context.is_created(column.parent)
        and (column.is_local or not column.is_inherited)
    )


def filling_given(column: Column, context: Context) -> Action:
    """Return the statement that gives rows which are there the value that somebody gave."""
    fill = _fill(column, f"({context.values[column.identity]})", context)
    name = column.identity.qualified_name
    message = f"a row for which the value given for {name} fails stops the statement"
    return replace(fill, hazards=(Hazard(HazardKind.MAY_FAIL, column.identity, message),))


def _refusing_null(column: Column, context: Context) -> Iterable[Action]:
    """Return what a server before 18 needs, where the mark is the column's own."""
    return refuse_null(column, context) if column.is_marked_not_null else ()


def _is_volatile_routine(identity: Identity, context: Context) -> bool:
    routine = context.new.get(identity, Routine)
    return routine is not None and routine.volatility is Volatility.VOLATILE
