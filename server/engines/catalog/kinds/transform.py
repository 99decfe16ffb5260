"""Transforms between types and languages."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, by_signature


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform(Fact):
    """How values of a type enter and leave a language; named by the two."""

    kind: ClassVar[str] = "transform"

    from_sql: str | None
    to_sql: str | None


READER = Reader(
    fact=Transform,
    catalog="pg_transform",
    naming=by_signature(Transform.kind),
    sql="""
SELECT t.oid, ARRAY[format_type(t.trftype, NULL), l.lanname] AS signature,
  nullif(t.trffromsql::regprocedure::text, '-') AS from_sql,
  nullif(t.trftosql::regprocedure::text, '-') AS to_sql
FROM pg_transform t
JOIN pg_language l ON l.oid = t.trflang
WHERE t.oid >= 16384
""",
)
