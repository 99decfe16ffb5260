"""Domains."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Expression, Rule
from server.engines.catalog.fact import Derived, Fact
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(Fact):
    """A domain; what it checks are `DomainConstraint` facts."""

    kind: ClassVar[str] = "domain"

    base_type: str
    base_type_name: Derived
    """The base type without its modifier."""
    collation: str | None
    default: Expression | None
    is_not_null: Annotated[bool, Rule.IGNORED]
    is_marked_not_null: bool
    """Whether NULL is refused with no constraint to show for it: before PostgreSQL 17."""


READER = Reader(
    fact=Domain,
    catalog="pg_type",
    naming=in_parent(Domain.kind),
    sql="""
SELECT t.oid, t.typnamespace AS parent_oid, t.typname AS name,
  format_type(t.typbasetype, t.typtypmod) AS base_type,
  format_type(t.typbasetype, NULL) AS base_type_name,
  CASE WHEN t.typcollation <> b.typcollation THEN t.typcollation::regcollation::text END
    AS collation,
  coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) AS default,
  t.typnotnull AS is_not_null, t.typnotnull AND nn.oid IS NULL AS is_marked_not_null
FROM pg_type t
JOIN pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_constraint nn ON nn.contypid = t.oid AND nn.contype = 'n'
WHERE t.typtype = 'd' AND t.oid >= 16384
""",
)
