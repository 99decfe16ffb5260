"""Attributes of composite types."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Derived, Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Fact):
    """One part of a composite type."""

    kind: ClassVar[str] = "attribute"

    type: str
    type_name: Derived
    position: Annotated[int, Rule.IGNORED]
    """From 1; the order compares as `CompositeType.attribute_order`."""
    collation: str | None


READER = Reader(
    fact=Attribute,
    catalog="pg_class",
    parent="pg_class",
    naming=in_parent(Attribute.kind),
    sql="""
SELECT a.attrelid AS oid, a.attnum AS subid, a.attrelid AS parent_oid, a.attname AS name,
  format_type(a.atttypid, a.atttypmod) AS type, format_type(a.atttypid, NULL) AS type_name,
  row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS position,
  CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
    AS collation
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind = 'c' AND a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384
""",
)
