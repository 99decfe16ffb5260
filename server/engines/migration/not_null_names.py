"""NOT NULL constraints that only change their names: a column has one at most."""

from collections import Counter
from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.inheritance import heirs, joins
from server.engines.migration.partitions import attach, detach
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified


def shared_names(*catalogs: Catalog) -> frozenset[tuple[str, str]]:
    """Return the schemas and names of constraints that more than one table has.

    PostgreSQL chooses none of them for a NOT NULL that says no name.
    """
    found = {each.identity for catalog in catalogs for each in catalog.of(Constraint)}
    names = Counter((each.names[0], each.name) for each in found)
    return frozenset(each for each, count in names.items() if count > 1)


def former(constraint: Constraint, context: Context) -> Constraint | None:
    """Return the constraint that refused NULL in the same column under another name."""
    return _counterpart(constraint, context.old, context)


def successor(constraint: Constraint, context: Context) -> Constraint | None:
    """Return the constraint that will refuse NULL in the same column under another name."""
    return _counterpart(constraint, context.new, context)


def follows(old: Constraint, new: Constraint, context: Context) -> bool:
    """Whether the same renaming in a table above reaches this one, too."""
    table = None if new.parent is None else context.new.get(new.parent, Table)
    before = None if old.parent is None else context.old.get(old.parent, Table)
    if table is None or before is None or not new.is_inherited:
        return False
    return any(
        parent in before.parents
        and Identity(Constraint.kind, (*parent.names, new.identity.name)) not in context.old
        and Identity(Constraint.kind, (*parent.names, new.identity.name)) in context.new
        and Identity(Constraint.kind, (*parent.names, old.identity.name)) in context.old
        for parent in table.parents
    )


def renaming(old: Constraint, new: Constraint, context: Context) -> Iterator[str]:
    """Yield the statements that give the constraint its new name.

    One that is handed down cannot be renamed, so the table leaves what it inherits from meanwhile.
    """
    if new.parent is None:
        return
    table = context.new.get(new.parent, Table)
    names = f"{identifier(old.identity.name)} TO {identifier(new.identity.name)}"
    rename = f"{altered(new.parent)} RENAME CONSTRAINT {names}"
    is_free = not (old.is_inherited and new.is_inherited)
    if table is None or is_free or joins(table.identity, context):
        yield rename
    elif table.is_partition:
        yield detach(table, concurrently=False)
        yield rename
        yield attach(table)
    else:
        yield from (_inherit(table, each, "NO INHERIT") for each in table.parents)
        yield rename
        yield from (_inherit(table, each, "INHERIT") for each in table.parents)


def _can_be_renamed(old: Constraint, new: Constraint, context: Context) -> bool:
    """Whether there is a way from one name to the other that leaves the constraint in place."""
    table = None if new.parent is None else context.new.get(new.parent, Table)
    if table is None or not new.is_inherited or follows(old, new, context):
        return True
    if joins(table.identity, context):
        return True
    if not old.is_inherited:
        # Where a table above begins to demand it, that one's name comes with it.
        return new.is_local
    # To leave the table above for a moment makes the table's own what it only inherits.
    parts = (*context.new.columns(table.identity), *context.new.constraints(table.identity))
    return table.is_partition or all(each.is_local for each in parts if each.is_inherited)


def makes_way(constraint: Constraint, context: Context) -> bool:
    """Whether it has to go for a while, so that an heir can get another name for the same."""
    if constraint.type is ConstraintType.PRIMARY_KEY:
        return any(
            each.columns[0] in constraint.columns
            and (makes_way(each, context) or _is_taken_over(each, context))
            for each in context.new.constraints(constraint.parent or constraint.identity)
            if each.type is ConstraintType.NOT_NULL
        )
    return constraint.type is ConstraintType.NOT_NULL and any(
        each.columns == constraint.columns and _is_stuck(each, context)
        for heir in heirs(constraint.parent, context.new)
        for each in context.new.constraints(heir.identity)
    )


def sent_away(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield what has to make way for a NOT NULL: that of the tables above, and keys over it."""
    table = None if constraint.parent is None else context.new.get(constraint.parent, Table)
    if table is None:
        return
    where = (
        *(table.parents if _is_stuck(constraint, context) else ()),
        *([table.identity] if _is_taken_over(constraint, context) else ()),
    )
    for each in (each for one in where for each in context.new.constraints(one)):
        if makes_way(each, context):
            yield each.identity


def _is_taken_over(constraint: Constraint, context: Context) -> bool:
    """Whether that of a table above takes the place of the table's own."""
    old = _other_of_column(constraint, context.old, context)
    is_own = old is not None and not old.is_inherited
    is_handed_down = constraint.is_inherited and not constraint.is_local
    return is_own and is_handed_down and not joins(constraint.parent, context)


def _is_stuck(constraint: Constraint, context: Context) -> bool:
    """Whether an inherited NOT NULL begins to be called otherwise, and cannot be renamed."""
    if constraint.type is not ConstraintType.NOT_NULL or not constraint.is_inherited:
        return False
    old = _other_of_column(constraint, context.old, context)
    return old is not None and old.is_inherited and not _can_be_renamed(old, constraint, context)


def _inherit(table: Table, parent: Identity, how: str) -> str:
    return f"{altered(table.identity)} {how} {qualified(*parent.names)}"


def _counterpart(constraint: Constraint, catalog: Catalog, context: Context) -> Constraint | None:
    found = _other_of_column(constraint, catalog, context)
    if found is None or not _differ_in_name_only(found, constraint):
        return None
    if _is_apart_below(found, context) or _is_apart_below(constraint, context):
        return None
    old, new = (found, constraint) if catalog is context.old else (constraint, found)
    return found if _can_be_renamed(old, new, context) else None


def _other_of_column(
    constraint: Constraint, catalog: Catalog, context: Context
) -> Constraint | None:
    """Return the NOT NULL of the same column in the other schema, if it is called otherwise."""
    table = constraint.parent
    if constraint.type is not ConstraintType.NOT_NULL or table is None:
        return None
    if context.is_created(table) or context.is_dropped(table):
        return None
    return next(
        (
            each
            for each in catalog.constraints(table)
            if each.type is ConstraintType.NOT_NULL
            and each.columns == constraint.columns
            and each.identity != constraint.identity
        ),
        None,
    )


def _differ_in_name_only(one: Constraint, other: Constraint) -> bool:
    return (one.is_validated, one.is_no_inherit) == (other.is_validated, other.is_no_inherit)


def _is_apart_below(constraint: Constraint, context: Context) -> bool:
    """Whether an heir has another name for it now, so that PostgreSQL renames neither."""
    table, name = constraint.parent, constraint.identity.name
    if constraint.identity not in context.old:
        return False
    return any(
        each.type is ConstraintType.NOT_NULL
        and each.columns == constraint.columns
        and (each.identity.name != name or _is_apart_below(each, context))
        for heir in heirs(table, context.old)
        for each in context.old.constraints(heir.identity)
    )
