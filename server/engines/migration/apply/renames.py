"""Which tables and columns a plan renames, seen by the numbers that they keep."""

from collections.abc import Iterator, Mapping

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.table import Table
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.seed.demands import Renames

_NAMES = """
SELECT c.oid::pg_catalog.int8 AS oid, 0 AS number, ARRAY[n.nspname, c.relname]::text[] AS names
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
UNION ALL
SELECT c.oid::pg_catalog.int8, a.attnum, ARRAY[n.nspname, c.relname, a.attname]::text[]
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
"""

_Names = Mapping[tuple[int, int], tuple[str, ...]]


async def renames_between(source: Ground, target: Ground) -> Renames:
    """Compare two copies of one database, in which an object keeps its number whatever its name."""
    before, after = await _names(source), await _names(target)
    return Renames(dict(_pairs(before, after)))


def _pairs(before: _Names, after: _Names) -> Iterator[tuple[Identity, Identity]]:
    for (oid, number), old in before.items():
        new = after.get((oid, number), old)
        kind = Column.kind if number else Table.kind
        # A column whose table alone has another name is found by that of the table.
        if new[-1] != old[-1] or (not number and new != old):
            yield Identity(kind, old), Identity(kind, new)


async def _names(ground: Ground) -> _Names:
    async with await ground.database.connect(settings=ground.superuser_settings) as session:
        rows = await session.rows(_NAMES)
    return {(row["oid"], row["number"]): tuple(row["names"]) for row in rows}
