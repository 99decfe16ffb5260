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
from server.engines.migration.context import Context
from server.engines.migration.handed_down import away_while_retyped

_BLOCKERS = (View, MaterializedView, Policy, Rule, Trigger, Routine, PublicationTable)


def blockers(column: Column, catalog: Catalog) -> Iterator[Identity]:
    """Yield what has to be dropped before the column is altered, and created again afterwards."""
    for dependency in catalog.dependents(column.identity):
        if _blocks(catalog.facts.get(dependency.dependent)):
            yield dependency.dependent
    yield from away_while_retyped(column, catalog)


def statistics_over(column: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield the extended statistics that would go with the column where another takes its place."""
    for dependency in catalog.dependents(column):
        if isinstance(catalog.facts.get(dependency.dependent), Statistics):
            yield dependency.dependent


def reads_retyped(index: Index, context: Context) -> bool:
    """Whether a text of an index reads a column of another type: as it is it may not fit that."""
    has_text = index.predicate is not None or None in index.key_columns
    read = context.old.dependencies_of(index.identity) if has_text else ()
    return any(_is_retyped(each.referenced, context) for each in read)


def _is_retyped(identity: Identity, context: Context) -> bool:
    old, new = context.old.get(identity, Column), context.new.get(identity, Column)
    if old is None or new is None:
        return False
    return (old.type, old.collation) != (new.type, new.collation)


def _blocks(fact: Fact | None) -> bool:
    is_generated = isinstance(fact, Column) and fact.generated_mode is not None
    return is_generated or isinstance(fact, _BLOCKERS)
