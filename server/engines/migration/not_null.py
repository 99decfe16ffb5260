"""How a column of a table with rows begins to refuse NULL without a scan under a strong lock."""

from collections.abc import Iterable

from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.column import Column
from server.engines.migration.action import Action, Mode
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier


def refuse_null(column: Column, context: Context) -> Iterable[Action]:
    """Return the steps for a server before 18, whose mark has no constraint of its own.

    A validated CHECK spares SET NOT NULL its scan. IS NOT NULL would refuse a row of a composite
    type of which a field is NULL.
    """
    if column.parent is None:
        return ()
    head, name = altered(column.parent), identifier(column.identity.name)
    mark = f"{head} ALTER COLUMN {name} SET NOT NULL"
    fails = may_fail(column)
    if not context.is_online or context.is_created(column.parent):
        return (Action(mark, hazards=(fails,)),)
    taken = {each.identity.name for each in context.old.constraints(column.parent)}
    check = identifier(free_name((column.identity.name,), "is_not_null", taken))
    return (
        Action(f"{head} ADD CONSTRAINT {check} CHECK ({name} IS DISTINCT FROM NULL) NOT VALID"),
        Action(f"{head} VALIDATE CONSTRAINT {check}", Mode.ALONE, (fails,)),
        Action(mark, Mode.FRESH),
        Action(f"{head} DROP CONSTRAINT {check}"),
    )


def may_fail(column: Column) -> Hazard:
    """Return the risk that a row holds NULL."""
    name = column.identity.qualified_name
    return Hazard(
        HazardKind.MAY_FAIL, column.identity, f"a row whose {name} is NULL stops the statement"
    )
