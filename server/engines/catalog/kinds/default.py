"""Defaults of columns."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.compare import Expression
from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, as_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Default(Fact):
    """The DEFAULT of a column; its names are the column's, its parent is the column."""

    kind: ClassVar[str] = "default"

    expression: Expression


READER = Reader(
    fact=Default,
    catalog="pg_attrdef",
    parent="pg_class",
    naming=as_parent(Default.kind),
    sql="""
SELECT d.oid, d.adrelid AS parent_oid, d.adnum AS parent_subid,
  pg_get_expr(d.adbin, d.adrelid) AS expression
FROM pg_attrdef d
JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE a.attgenerated = '' AND d.adrelid >= 16384
""",
)
