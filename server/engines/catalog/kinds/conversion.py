"""Conversions between encodings."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Fact):
    """A conversion from one encoding to another."""

    kind: ClassVar[str] = "conversion"

    source: str
    target: str
    function: str
    is_default: bool


READER = Reader(
    fact=Conversion,
    catalog="pg_conversion",
    naming=in_parent(Conversion.kind),
    sql="""
SELECT oid, connamespace AS parent_oid, conname AS name,
  pg_encoding_to_char(conforencoding)::text AS source,
  pg_encoding_to_char(contoencoding)::text AS target,
  conproc::text AS function, condefault AS is_default
FROM pg_conversion
WHERE oid >= 16384
""",
)
