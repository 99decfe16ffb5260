"""What PostgreSQL refuses to keep while the type or the collation of a column changes."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.publication_table import PublicationTable
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.kinds.view import View
from server.engines.migration import index_settings
from server.engines.migration.context import Change, Context
from server.engines.migration.handed_down import away_while_retyped
from server.engines.migration.holders import holders
from server.engines.migration.inheritance import below
from server.errors import RefusedError

_BLOCKERS = (View, MaterializedView, Policy, Rule, Trigger, Routine, PublicationTable)


def blockers(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield what has to be dropped before the column is altered, and created again afterwards."""
    for dependency in catalog.dependents(column.identity):
        if _blocks(catalog.facts.get(dependency.dependent)):
            yield dependency.dependent
    yield from away_while_retyped(column, catalog)


def changed_with(old: Column, new: Column, context: Context) -> Iterator[Column]:
    """Yield the columns of heirs that the statement for the table above them changes, too."""
    for heir in below(old, context.old):
        after = context.new.get(heir.identity, Column)
        if after is None or (after.type, after.collation) == (new.type, new.collation):
            yield heir
            yield from changed_with(heir, new, context)


def statistics_over(column: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield the extended statistics that would go with the column where another takes its place."""
    for dependency in catalog.dependents(column):
        if isinstance(catalog.facts.get(dependency.dependent), Statistics):
            yield dependency.dependent


def statistics_anew(column: Column, context: Context) -> Iterator[str]:
    """Yield what PostgreSQL forgets of the expressions of indexes that it builds anew with it."""
    for dependency in context.old.dependents(column.identity):
        index = context.new.get(dependency.dependent, Index)
        if index is not None and not context.is_dropped(index.identity):
            yield from index_settings.statistics(index)


def refuse_held(change: Change[Column], context: Context) -> None:
    """Refuse another type for a column of a table whose rows other columns hold as values.

    Raises:
        RefusedError: there is such a column; PostgreSQL does not look into its values.
    """
    column, table = change.new, change.new.parent
    is_retyped = bool(change.names & {"type", "collation"})
    held = holders(table, context.old) if table is not None and is_retyped else ()
    # What it is partitioned by depends on the table, too.
    others = (each for each in held if each.parent != table)
    holder = next((each for each in others if not context.is_dropped(each.identity)), None)
    if table is not None and holder is not None:
        raise RefusedError(
            f"{column.identity} gets another type, and {holder.identity} holds whole rows of "
            f"{table}, which PostgreSQL does not convert.",
            next_step="Split the change: first give that column a type which changes apart from "
            "the table, jsonb or a composite type of its own, in a migration of its own.",
        )


def reads_retyped(index: Index, context: Context) -> bool:
    """Whether an index is over a column that gets another type, which it may not fit as it is."""
    read = context.old.dependencies_of(index.identity)
    return any(_is_retyped(each.referenced, context) for each in read)


def _is_retyped(identity: Identity, context: Context) -> bool:
    old, new = context.old.get(identity, Column), context.new.get(identity, Column)
    if old is None or new is None:
        return False
    return (old.type, old.collation) != (new.type, new.collation)


def _blocks(fact: Fact | None) -> bool:
    is_generated = isinstance(fact, Column) and fact.generated_mode is not None
    return is_generated or isinstance(fact, _BLOCKERS)
