"""Operator classes."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, in_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorClass(Fact):
    """What an index needs to know about a type, named with its access method."""

    kind: ClassVar[str] = "operator_class"

    type: str
    storage_type: str | None
    is_default: bool
    family: str
    members: Options
    """Its operators and functions, as CREATE OPERATOR CLASS lists them."""


READER = Reader(
    fact=OperatorClass,
    catalog="pg_opclass",
    naming=in_parent(OperatorClass.kind),
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
    AND d.refclassid = 'pg_opclass'::regclass
  UNION ALL
  SELECT d.refobjid, format('FUNCTION %s (%s, %s) %s', m.amprocnum,
    format_type(m.amproclefttype, NULL), format_type(m.amprocrighttype, NULL),
    m.amproc::regprocedure)
  FROM pg_amproc m
  JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = m.oid
    AND d.refclassid = 'pg_opclass'::regclass
)
SELECT o.oid, o.opcnamespace AS parent_oid, o.opcname AS name, ARRAY[m.amname] AS signature,
  format_type(o.opcintype, NULL) AS type,
  CASE WHEN o.opckeytype <> 0 THEN format_type(o.opckeytype, NULL) END AS storage_type,
  o.opcdefault AS is_default,
  CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END
    || quote_ident(f.opfname) AS family,
  ARRAY(SELECT member FROM members WHERE members.owner = o.oid ORDER BY member) AS members
FROM pg_opclass o
JOIN pg_am m ON m.oid = o.opcmethod
JOIN pg_opfamily f ON f.oid = o.opcfamily
JOIN pg_namespace n ON n.oid = f.opfnamespace
WHERE o.oid >= 16384
""",
)
