"""What the partitions of a schema demand of their rows, as PostgreSQL prints it."""

from collections.abc import Mapping

from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.seed.demands import TableName

_BOUNDS = """
SELECT n.nspname::text AS schema, c.relname::text AS table,
  pg_catalog.pg_get_partition_constraintdef(c.oid) AS bound
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relispartition AND c.relkind IN ('r', 'p')
"""


async def read_bounds(ground: Ground) -> Mapping[TableName, str]:
    """Return the condition of each partition, those of the tables above it included."""
    if not any(table.is_partition for table in ground.catalog.of(Table)):
        return {}
    async with await ground.database.connect(settings=ground.superuser_settings) as session:
        rows = await session.rows(_BOUNDS)
    return {(row["schema"], row["table"]): row["bound"] for row in rows if row["bound"]}
