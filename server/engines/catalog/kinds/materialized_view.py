"""Materialized views."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterializedView(Fact):
    """A materialized view."""

    kind: ClassVar[str] = "materialized_view"

    definition: Expression
    options: Options
    toast_options: Options
    access_method: str | None
    tablespace: str | None
    column_order: Annotated[tuple[str, ...], Rule.IGNORED]
    """Not compared: the definition says it."""
    is_populated: Annotated[bool, Rule.IGNORED]
    """Not compared: whether it was refreshed is data."""


READER = Reader(
    fact=MaterializedView,
    catalog="pg_class",
    naming=in_parent(MaterializedView.kind),
    sql="""
SELECT c.oid, c.relnamespace AS parent_oid, c.relname AS name, c.reloptions AS options,
  toast.reloptions AS toast_options, pg_get_viewdef(c.oid) AS definition,
  m.amname AS access_method, s.spcname AS tablespace, c.relispopulated AS is_populated,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    AS column_order
FROM pg_class c
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_am m ON m.oid = c.relam
LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
WHERE c.relkind = 'm' AND c.oid >= 16384
""",
)
