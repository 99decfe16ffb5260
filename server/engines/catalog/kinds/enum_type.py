"""Enum types."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumType(Fact):
    """An enum; its labels stand in their sort order."""

    kind: ClassVar[str] = "enum"

    labels: tuple[str, ...]


READER = Reader(
    fact=EnumType,
    catalog="pg_type",
    naming=in_parent(EnumType.kind),
    sql="""
SELECT t.oid, t.typnamespace AS parent_oid, t.typname AS name,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e
    WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
FROM pg_type t
WHERE t.typtype = 'e' AND t.oid >= 16384
""",
)
