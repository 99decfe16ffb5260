"""What PostgreSQL knows things by whatever they are called, and what they are called."""

from collections.abc import Mapping

from server.engines.catalog.identity import Identity
from server.engines.postgres.session import Row, Session

_KINDS = {
    "r": ("table", "column"),
    "p": ("table", "column"),
    "f": ("foreign_table", "column"),
    "v": ("view", "view_column"),
    "m": ("materialized_view", ""),
    "c": ("composite_type", "attribute"),
    "S": ("sequence", ""),
    "i": ("index", ""),
    "I": ("index", ""),
    "e": ("enum", ""),
    "d": ("domain", ""),
}
# Schemas and enums are numbered by themselves, but PostgreSQL draws all numbers from one counter.
_ALL = """
SELECT c.oid::int8 AS oid, 0::int8 AS part, n.nspname AS schema, c.relname AS name,
  '' AS column, c.relkind::text AS kind
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c', 'S', 'i', 'I')
  AND n.nspname <> 'pg_toast' AND c.relpersistence <> 't'
UNION ALL
SELECT c.oid::int8, a.attnum::int8, n.nspname, c.relname, a.attname, c.relkind::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'f', 'v', 'c')
  AND n.nspname <> 'pg_toast' AND c.relpersistence <> 't'
UNION ALL
SELECT t.oid::int8, 0, n.nspname, t.typname, '', t.typtype::text
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid >= 16384 AND t.typtype IN ('e', 'd')
UNION ALL
SELECT n.oid::int8, 0, '', n.nspname, '', '' FROM pg_catalog.pg_namespace n WHERE n.oid >= 16384
"""

Numbers = Mapping[tuple[int, int], Identity]
"""By oid, and by the number of a column or 0."""


async def numbered(superuser: Session) -> Numbers:
    """Return the names of relations, their columns, types and schemas, by their numbers."""
    rows = await superuser.rows(_ALL)
    return {(row["oid"], row["part"]): found for row in rows if (found := _identity(row))}


def _identity(row: Row) -> Identity | None:
    if not row["kind"]:
        return Identity("schema", (row["name"],))
    whole, part = _KINDS[row["kind"]]
    names = (row["schema"], row["name"])
    if not row["part"]:
        return Identity(whole, names)
    return Identity(part, (*names, row["column"])) if part else None
