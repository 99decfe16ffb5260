"""How a column gets another type in place, what changes with it, and what makes way."""

from collections.abc import Iterator

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import risks, using
from server.engines.migration.expandable import expansion, why_in_place
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import above, ancestors
from server.engines.migration.moved import unmoved
from server.engines.migration.relation import altered
from server.engines.migration.retyped_references import references_away
from server.engines.migration.retyping import (
    blockers,
    changed_with,
    statistics_anew,
    statistics_over,
)
from server.engines.migration.typed_tables import comes_with_type
from server.engines.sql.quote import identifier


def table_of(column: Column) -> Identity:
    """Return the table or foreign table of a column."""
    if column.parent is None:
        raise ValueError(f"{column.identity} belongs to no relation")
    return column.parent


def retyped(change: Change[Column], context: Context) -> Iterator[Action]:
    """Yield what gives it the new type; nothing where a table above, or its type, does."""
    old, new = change.old, change.new
    if not change.names & {"type", "collation"}:
        return
    if any(followed(change, context)) or comes_with_type(new, context):
        return
    head = f"{altered(table_of(new))} ALTER COLUMN {identifier(new.identity.name)}"
    collation = f" COLLATE {new.collation}" if new.collation else ""
    is_foreign = table_of(new).kind == ForeignTable.kind
    is_computed = new.generated_mode is not None
    cast = "" if is_foreign or is_computed else using(old, new)
    yield Action(
        f"{head} TYPE {new.type}{collation}{f' USING {cast}' if cast else ''}",
        hazards=(*risks(old, new), *_in_place(change, context)),
    )
    yield from plain(*statistics_anew(old, context))


def _in_place(change: Change[Column], context: Context) -> Iterator[Hazard]:
    """Yield why a table is written anew although programs use it."""
    reason = why_in_place(change, context)
    if reason:
        name = change.new.identity.qualified_name
        message = f"{name} is changed in place, under a lock for all rows, because {reason}"
        yield Hazard(HazardKind.REWRITE, change.new.identity, message)


def followed(change: Change[Column], context: Context) -> Iterator[Column]:
    """Yield the columns of tables above whose change of type reaches this column, too."""
    if not change.names & {"type", "collation"}:
        return
    for each in above(change.new, context.new):
        before = context.old.get(each.identity, Column)
        if (
            before is not None
            and (before.type, before.collation) != (each.type, each.collation)
            and (each.type, each.collation) == (change.new.type, change.new.collation)
            and each.parent in ancestors(change.old.parent, context.old)
        ):
            yield each


def rebuilds(change: Change[Column], context: Context) -> Iterator[Identity]:
    """Yield what refuses to stay while a column gets another type."""
    change = unmoved(change, context)
    if not change.names & {"type", "collation", "generation_expression"}:
        return
    old = context.old
    is_doubled = expansion(change, context) is not None
    is_other = change.old.type_name != change.new.type_name or is_doubled
    if is_doubled:
        yield from statistics_over(change.old.identity, old)
    for column in (change.old, *changed_with(change.old, change.new, context)):
        yield from blockers(column, old)
        if not is_doubled:
            yield from references_away(column, change, old)
        default = old.default(column.identity)
        if default is not None and is_other:
            # It was written for the old type, and would keep the cast that made it fit; where
            # the column is dropped for one beside it, the default goes with it.
            yield default.identity
