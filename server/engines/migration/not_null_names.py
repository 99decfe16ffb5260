"""NOT NULL constraints that only change their names: a column has one at most."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.inheritance import joins
from server.engines.migration.partitions import attach, detach
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified
from server.errors import RefusedError


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

    Raises:
        RefusedError: afterwards an heir would declare itself what it only inherits.
    """
    if new.parent is None:
        return
    table = context.new.get(new.parent, Table)
    names = f"{identifier(old.identity.name)} TO {identifier(new.identity.name)}"
    rename = f"{altered(new.parent)} RENAME CONSTRAINT {names}"
    if table is None or not new.is_inherited or joins(table.identity, context):
        yield rename
    elif table.is_partition:
        yield detach(table, concurrently=False)
        yield rename
        yield attach(table)
    else:
        _refuse_new_declarations(table, context)
        yield from (_inherit(table, each, "NO INHERIT") for each in table.parents)
        yield rename
        yield from (_inherit(table, each, "INHERIT") for each in table.parents)


def _refuse_new_declarations(heir: Table, context: Context) -> None:
    parts = (*context.new.columns(heir.identity), *context.new.constraints(heir.identity))
    hidden = [each.identity for each in parts if each.is_inherited and not each.is_local]
    if hidden:
        raise RefusedError(
            f"To rename a constraint that {heir.identity} inherits, it would have to leave the "
            f"table above for a moment, and would then declare itself what it only inherits now: "
            f"{hidden[0]}.",
            next_step="Name the NOT NULL constraint of the heir as it is called in the source.",
        )


def _inherit(table: Table, parent: Identity, how: str) -> str:
    return f"{altered(table.identity)} {how} {qualified(*parent.names)}"


def _counterpart(constraint: Constraint, catalog: Catalog, context: Context) -> Constraint | None:
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
