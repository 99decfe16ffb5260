"""Base types, and shells of types that are only announced."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.kinds.column import Storage
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseType(Fact):
    """A type made of C functions; a shell has no more than its name."""

    kind: ClassVar[str] = "base_type"

    is_shell: bool
    length: int
    """In bytes; -1 for a length that varies, -2 for text that ends with a zero byte."""
    is_passed_by_value: bool
    category: str
    is_preferred: bool
    delimiter: str
    element: str | None
    alignment: str
    storage: Storage
    is_collatable: bool
    default: str | None
    input: str | None
    output: str | None
    receive: str | None
    send: str | None
    modifier_input: str | None
    modifier_output: str | None
    analyze: str | None
    subscript: str | None


READER = Reader(
    fact=BaseType,
    catalog="pg_type",
    naming=in_parent(BaseType.kind),
    # An array type is a part of its element, whose `typarray` it is.
    sql="""
SELECT t.oid, t.typnamespace AS parent_oid, t.typname AS name, NOT t.typisdefined AS is_shell,
  t.typlen AS length, t.typbyval AS is_passed_by_value, t.typcategory::text AS category,
  t.typispreferred AS is_preferred, t.typdelim::text AS delimiter,
  CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END AS element,
  t.typalign::text AS alignment, t.typstorage AS storage, t.typcollation <> 0 AS is_collatable,
  t.typdefault AS default,
  nullif(t.typinput::text, '-') AS input, nullif(t.typoutput::text, '-') AS output,
  nullif(t.typreceive::text, '-') AS receive, nullif(t.typsend::text, '-') AS send,
  nullif(t.typmodin::text, '-') AS modifier_input,
  nullif(t.typmodout::text, '-') AS modifier_output,
  nullif(t.typanalyze::text, '-') AS analyze, nullif(t.typsubscript::text, '-') AS subscript
FROM pg_type t
WHERE t.typtype IN ('b', 'p') AND t.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
""",
)
