"""Casts."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.reader import Reader, by_signature


class CastContext(Coded):
    """Where a cast is applied without being written."""

    EXPLICIT = "explicit", "e"
    ASSIGNMENT = "assignment", "a"
    IMPLICIT = "implicit", "i"


class CastMethod(Coded):
    """How a cast is made."""

    FUNCTION = "function", "f"
    BINARY = "binary", "b"
    INPUT_OUTPUT = "input and output", "i"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast(Fact):
    """A cast; it has no name, only its source and target types."""

    kind: ClassVar[str] = "cast"

    method: CastMethod
    function: str | None
    context: CastContext


READER = Reader(
    fact=Cast,
    catalog="pg_cast",
    naming=by_signature(Cast.kind),
    # That of a range to its multirange is a part of the range.
    sql="""
SELECT oid, ARRAY[format_type(castsource, NULL), format_type(casttarget, NULL)] AS signature,
  castmethod AS method,
  nullif(castfunc::regprocedure::text, '-') AS function,
  castcontext AS context
FROM pg_cast
WHERE oid >= 16384
  AND oid NOT IN (SELECT d.objid FROM pg_depend d
    WHERE d.classid = 'pg_cast'::regclass AND d.deptype = 'i')
""",
)
