"""Constraints of domains."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.compare import Expression
from server.engines.catalog.fact import Derived, Fact
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainConstraint(Fact):
    """A CHECK or NOT NULL of a domain."""

    kind: ClassVar[str] = "domain_constraint"

    type: ConstraintType
    expression: Expression | None
    is_validated: bool
    definition: Derived


READER = Reader(
    fact=DomainConstraint,
    catalog="pg_constraint",
    parent="pg_type",
    naming=in_parent(DomainConstraint.kind),
    sql="""
SELECT con.oid, con.contypid AS parent_oid, con.conname AS name, con.contype AS type,
  CASE WHEN con.contype = 'c' THEN pg_get_expr(con.conbin, 0) END AS expression,
  con.convalidated AS is_validated, pg_get_constraintdef(con.oid) AS definition
FROM pg_constraint con
WHERE con.contypid >= 16384
""",
)
