"""Whether an UPDATE reaches the rows of a table: what else would take the values of a backfill."""

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.publication import Publication
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
    is_unknown = _is_published(table, catalog) and not _is_identified(table, catalog)
    return is_rewritten or table.forces_row_security or is_unknown


def _is_published(table: Table, catalog: Catalog) -> bool:
    return bool(catalog.children(table.identity, PublicationTable)) or any(
        each.is_for_all_tables for each in catalog.of(Publication)
    )


def _is_identified(table: Table, catalog: Catalog) -> bool:
    """Whether a subscriber is told which row was updated."""
    keys = catalog.children(table.identity, Constraint)
    has_key = any(each.type is ConstraintType.PRIMARY_KEY for each in keys)
    by_default = table.replica_identity is ReplicaIdentity.DEFAULT and has_key
    return by_default or table.replica_identity in {ReplicaIdentity.FULL, ReplicaIdentity.INDEX}
