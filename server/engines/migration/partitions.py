"""Statements that join partitions to partitioned tables, and part them."""

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Table
from server.engines.migration.relation import altered
from server.engines.sql.quote import qualified

_DEFAULT = "DEFAULT"


def attach(table: Table) -> str:
    """Return the statement that makes a table the partition it shall be."""
    partition = qualified(*table.identity.names)
    return f"{altered(table.parents[0])} ATTACH PARTITION {partition} {table.partition_bound}"


def detach(table: Table, *, concurrently: bool) -> str:
    """Return the statement that makes a partition a table of its own."""
    partition = qualified(*table.identity.names)
    how = " FINALIZE" if table.is_detaching else " CONCURRENTLY" if concurrently else ""
    return f"{altered(table.parents[0])} DETACH PARTITION {partition}{how}"


def default_partition(table: Identity, catalog: Catalog) -> Table | None:
    """Return the partition that takes the rows which fit no other."""
    return next(
        (
            each
            for each in catalog.of(Table)
            if table in each.parents and each.partition_bound == _DEFAULT
        ),
        None,
    )
