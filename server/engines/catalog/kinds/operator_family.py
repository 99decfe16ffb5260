"""Operator families."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorFamily(Fact):
    """A family of operator classes, named with its access method."""

    kind: ClassVar[str] = "operator_family"

    members: Options
    """The operators and functions that belong to no class of the family, only to it."""


READER = Reader(
    fact=OperatorFamily,
    catalog="pg_opfamily",
    naming=in_parent(OperatorFamily.kind),
    sql="""
WITH members AS (
  SELECT d.refobjid AS owner, format('OPERATOR %s %s%s', m.amopstrategy,
    m.amopopr::regoperator,
    ' FOR ORDER BY ' || CASE WHEN m.amoppurpose = 'o' THEN (SELECT
      CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
        || quote_ident(f.opfname)
      FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace
      WHERE f.oid = m.amopsortfamily) END) AS member
  FROM pg_amop m
  JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = m.oid
    AND d.refclassid = 'pg_opfamily'::regclass AND d.refobjid = m.amopfamily
  UNION ALL
  SELECT d.refobjid, format('FUNCTION %s (%s, %s) %s', m.amprocnum,
    format_type(m.amproclefttype, NULL), format_type(m.amprocrighttype, NULL),
    m.amproc::regprocedure)
  FROM pg_amproc m
  JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = m.oid
    AND d.refclassid = 'pg_opfamily'::regclass
)
SELECT f.oid, f.opfnamespace AS parent_oid, f.opfname AS name, ARRAY[m.amname] AS signature,
  ARRAY(SELECT member FROM members WHERE members.owner = f.oid ORDER BY member) AS members
FROM pg_opfamily f
JOIN pg_am m ON m.oid = f.opfmethod
WHERE f.oid >= 16384
""",
)
