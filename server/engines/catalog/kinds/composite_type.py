"""Composite types."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositeType(Fact):
    """A free-standing row type; what it consists of are `Attribute` facts."""

    kind: ClassVar[str] = "composite_type"

    attribute_order: Annotated[tuple[str, ...], Rule.RELATIVE_ORDER]


READER = Reader(
    fact=CompositeType,
    catalog="pg_type",
    naming=in_parent(CompositeType.kind),
    sql="""
SELECT t.oid, t.typnamespace AS parent_oid, t.typname AS name,
  ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
    AS attribute_order
FROM pg_type t
JOIN pg_class c ON c.oid = t.typrelid
WHERE c.relkind = 'c' AND t.oid >= 16384
""",
)
