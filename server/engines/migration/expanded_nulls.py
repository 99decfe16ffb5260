"""Columns that refuse NULL and are there twice: the new one begins to refuse it beside the old."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.free_name import free_name
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.migration.action import Action, Mode
from server.engines.migration.doubled import Doubled
from server.engines.migration.not_null import may_fail, refuse_null
from server.engines.migration.not_null_names import successor
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, literal, qualified


def refusing_null(found: Doubled) -> Iterable[Action]:
    """Return what has the new column refuse NULL when it is filled.

    Where only the new schema refuses it, programs of the first phase may write it still.
    """
    if found.new.is_marked_not_null:
        return refuse_null(found.column, found.context)
    constraint = _kept(found)
    if constraint is None:
        return ()
    head, name = altered(found.table), identifier(_beside(found))
    scope = " NO INHERIT" if constraint.is_no_inherit else ""
    return (
        Action(f"{head} ADD CONSTRAINT {name} NOT NULL {found.beside}{scope} NOT VALID"),
        Action(f"{head} VALIDATE CONSTRAINT {name}", Mode.ALONE, (may_fail(found.new),)),
    )


def null_in_place(found: Doubled) -> Iterator[Action]:
    """Yield what gives the new constraint the name and remark of the one that went."""
    constraint = _kept(found)
    if found.new.is_marked_not_null or constraint is None:
        return
    before, name = identifier(_beside(found)), identifier(constraint.identity.name)
    yield Action(f"{altered(found.table)} RENAME CONSTRAINT {before} TO {name}")
    old, new = (
        each.comment(constraint.identity) for each in (found.context.old, found.context.new)
    )
    if old is not None and old == new:
        on = f"CONSTRAINT {name} ON {qualified(*found.table.names)}"
        yield Action(f"COMMENT ON {on} IS {literal(old)}")


def _kept(found: Doubled) -> Constraint | None:
    """Return the constraint that refuses NULL and stays, if under another name in the end."""
    own, context = (found.old.identity.name,), found.context
    for each in context.old.constraints(found.table):
        if each.type is ConstraintType.NOT_NULL and each.columns == own:
            is_gone = context.is_dropped(each.identity) and successor(each, context) is None
            return None if is_gone else each
    return None


def _beside(found: Doubled) -> str:
    taken = {each.identity.name for each in found.context.old.constraints(found.table)}
    return free_name((found.table.name, found.new.identity.name), "new_not_null", taken)
