"""Sequences: free, owned by a column, and those of identity columns."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.table import Persistence
from server.engines.catalog.mapping import ColumnAddress
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence(Fact):
    """A sequence; how far it has counted is data, and not read."""

    kind: ClassVar[str] = "sequence"

    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cache: int
    is_cycling: bool
    persistence: Persistence
    owned_by: Annotated[Identity | None, ColumnAddress]
    """The column that takes it along when dropped (OWNED BY, serial, identity)."""
    is_of_identity_column: bool


READER = Reader(
    fact=Sequence,
    catalog="pg_class",
    naming=in_parent(Sequence.kind),
    sql="""
SELECT c.oid, c.relnamespace AS parent_oid, c.relname AS name,
  format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
  s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS is_cycling,
  c.relpersistence AS persistence,
  CASE WHEN d.objid IS NOT NULL THEN ARRAY[d.refobjid::int8, d.refobjsubid] END AS owned_by,
  d.deptype IS NOT DISTINCT FROM 'i' AS is_of_identity_column
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
  AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
WHERE c.relpersistence <> 't' AND c.oid >= 16384
""",
)
