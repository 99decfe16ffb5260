"""Range types, each with its multirange."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeType(Fact):
    """A range over a subtype."""

    kind: ClassVar[str] = "range"

    subtype: str
    operator_class: str
    collation: str | None
    canonical: str | None
    """The function that brings discrete ranges to one form."""
    subtype_difference: str | None
    multirange: str
    """The name of the multirange type, in the same schema."""


READER = Reader(
    fact=RangeType,
    catalog="pg_type",
    naming=in_parent(RangeType.kind),
    sql="""
SELECT t.oid, t.typnamespace AS parent_oid, t.typname AS name,
  format_type(r.rngsubtype, NULL) AS subtype,
  CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
    || quote_ident(o.opcname) AS operator_class,
  CASE WHEN r.rngcollation <> sub.typcollation THEN r.rngcollation::regcollation::text END
    AS collation,
  nullif(r.rngcanonical::text, '-') AS canonical,
  nullif(r.rngsubdiff::text, '-') AS subtype_difference,
  multi.typname AS multirange
FROM pg_range r
JOIN pg_type t ON t.oid = r.rngtypid
JOIN pg_type sub ON sub.oid = r.rngsubtype
JOIN pg_type multi ON multi.oid = r.rngmultitypid
JOIN pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_namespace n ON n.oid = o.opcnamespace
WHERE t.oid >= 16384
""",
)
