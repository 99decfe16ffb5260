"""Columns of views and materialized views."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Derived, Fact, Options
from server.engines.catalog.kinds.column import Compression, Storage
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewColumn(Fact):
    """A column that a view's query gives; a view's column may have a `Default`, too."""

    kind: ClassVar[str] = "view_column"

    type: str
    type_name: Derived
    position: Annotated[int, Rule.IGNORED]
    """From 1; the order compares as the view's `column_order`."""
    collation: str | None
    storage: Storage
    is_default_storage: Annotated[bool, Rule.IGNORED]
    compression: Compression | None
    statistics_target: int | None
    options: Options


READER = Reader(
    fact=ViewColumn,
    catalog="pg_class",
    parent="pg_class",
    naming=in_parent(ViewColumn.kind),
    sql="""
SELECT a.attrelid AS oid, a.attnum AS subid, a.attrelid AS parent_oid, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, format_type(a.atttypid, NULL) AS type_name,
  row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS position,
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
    AS collation,
  a.attstorage AS storage, a.attstorage = t.typstorage AS is_default_storage,
  nullif(a.attcompression::text, '') AS compression,
  nullif(a.attstattarget, -1) AS statistics_target, a.attoptions AS options
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('v', 'm')
  AND c.relpersistence <> 't' AND c.oid >= 16384
""",
)
