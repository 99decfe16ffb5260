"""Operators."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator(Fact):
    """An operator; a prefix operator has NONE as its left type."""

    kind: ClassVar[str] = "operator"

    function: str | None
    """None for one that is only announced, by another operator's COMMUTATOR or NEGATOR."""
    returns: str | None
    commutator: str | None
    negator: str | None
    restriction_estimator: str | None
    join_estimator: str | None
    can_hash: bool
    can_merge: bool


READER = Reader(
    fact=Operator,
    catalog="pg_operator",
    naming=in_parent(Operator.kind),
    sql="""
SELECT oid, oprnamespace AS parent_oid, oprname AS name,
  ARRAY[CASE oprleft WHEN 0 THEN 'NONE' ELSE format_type(oprleft, NULL) END,
    CASE oprright WHEN 0 THEN 'NONE' ELSE format_type(oprright, NULL) END] AS signature,
  nullif(oprcode::regprocedure::text, '-') AS function,
  CASE WHEN oprresult <> 0 THEN format_type(oprresult, NULL) END AS returns,
  CASE WHEN oprcom <> 0 THEN oprcom::regoperator::text END AS commutator,
  CASE WHEN oprnegate <> 0 THEN oprnegate::regoperator::text END AS negator,
  nullif(oprrest::text, '-') AS restriction_estimator,
  nullif(oprjoin::text, '-') AS join_estimator,
  oprcanhash AS can_hash, oprcanmerge AS can_merge
FROM pg_operator
WHERE oid >= 16384
""",
)
