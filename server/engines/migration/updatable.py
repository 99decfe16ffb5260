"""Whether an UPDATE reaches the rows of a table: what else would take the values of a backfill."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.publication import Publication
from server.engines.catalog.kinds.publication_schema import PublicationSchema
from server.engines.catalog.kinds.publication_table import PublicationTable
from server.engines.catalog.kinds.rule import Rule, RuleEvent
from server.engines.catalog.kinds.table import ReplicaIdentity, Table
from server.engines.migration.context import Context


def refuses_updates(table: Identity | None, context: Context) -> bool:
    """Whether an UPDATE by the owner fails, or leaves rows as they are, before or after."""
    return table is not None and any(_refuses(table, each) for each in (context.old, context.new))


def _refuses(identity: Identity, catalog: Catalog) -> bool:
    table = catalog.get(identity, Table)
    if table is None:
        return False
    is_rewritten = any(each.event is RuleEvent.UPDATE for each in catalog.children(identity, Rule))
    return is_rewritten or table.forces_row_security or _is_unknown(table, catalog)


def _is_unknown(table: Table, catalog: Catalog) -> bool:
    """Whether a subscriber would not be told which row was updated, which PostgreSQL refuses."""
    published = catalog.children(table.identity, PublicationTable)
    if not published and not _is_published_with_others(table, catalog):
        return False
    told = _told(table, catalog)
    is_computed = any(
        each.generated_mode is not None and each.identity.name in told
        for each in catalog.columns(table.identity)
    )
    return not told or is_computed or any(_holds_back(each, told, catalog) for each in published)


def _is_published_with_others(table: Table, catalog: Catalog) -> bool:
    has_all = any(each.is_for_all_tables for each in catalog.of(Publication))
    parent = table.parent
    return has_all or (parent is not None and any(catalog.children(parent, PublicationSchema)))


def _told(table: Table, catalog: Catalog) -> frozenset[str]:
    """Return the columns by which a subscriber knows a row."""
    match table.replica_identity:
        case ReplicaIdentity.FULL:
            return frozenset(each.identity.name for each in catalog.columns(table.identity))
        case ReplicaIdentity.DEFAULT:
            return frozenset(_of_primary_key(table, catalog))
        case ReplicaIdentity.INDEX:
            return frozenset(_of_replica_index(table, catalog))
        case ReplicaIdentity.NOTHING:
            return frozenset()


def _of_primary_key(table: Table, catalog: Catalog) -> Iterator[str]:
    for each in catalog.constraints(table.identity):
        if each.type is ConstraintType.PRIMARY_KEY:
            yield from each.columns


def _of_replica_index(table: Table, catalog: Catalog) -> Iterator[str]:
    for each in catalog.children(table.identity, Index):
        if each.is_replica_identity:
            yield from (name for name in each.key_columns if name is not None)


def _holds_back(published: PublicationTable, told: frozenset[str], catalog: Catalog) -> bool:
    """Whether a list of columns lacks what tells a row, or a condition asks for anything else."""
    if published.columns and not told.issubset(published.columns):
        return True
    needed = (each.referenced for each in catalog.dependencies_of(published.identity))
    asked = {each.name for each in needed if each.kind == Column.kind}
    return published.condition is not None and not asked <= told
