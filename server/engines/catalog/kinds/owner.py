"""Owners, one fact for whatever kind has one."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner(Fact):
    """Who owns `parent`."""

    kind: ClassVar[str] = "owner"
    is_said_of_parent: ClassVar[bool] = True

    role: str


# Not here: what lies in a table has the table's owner, and pg_dump leaves that of extensions out.
READER = Reader(
    fact=Owner,
    catalog="pg_shdepend",
    naming=of_parent(Owner.kind),
    sql="""
SELECT o.catalog AS parent_catalog, o.oid AS parent_oid, pg_get_userbyid(o.owner)::text AS role
FROM (
  SELECT 'pg_class', oid, relowner FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'pg_type', t.oid, t.typowner FROM pg_type t
    LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE (t.typtype IN ('e', 'd', 'r', 'b') OR c.relkind = 'c')
      AND t.oid NOT IN (SELECT typarray FROM pg_type)
  UNION ALL SELECT 'pg_proc', oid, proowner FROM pg_proc
    WHERE oid NOT IN (SELECT d.objid FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
  UNION ALL SELECT 'pg_namespace', oid, nspowner FROM pg_namespace
  UNION ALL SELECT 'pg_operator', oid, oprowner FROM pg_operator
  UNION ALL SELECT 'pg_opclass', oid, opcowner FROM pg_opclass
  UNION ALL SELECT 'pg_opfamily', oid, opfowner FROM pg_opfamily
  UNION ALL SELECT 'pg_ts_config', oid, cfgowner FROM pg_ts_config
  UNION ALL SELECT 'pg_ts_dict', oid, dictowner FROM pg_ts_dict
  UNION ALL SELECT 'pg_collation', oid, collowner FROM pg_collation
  UNION ALL SELECT 'pg_conversion', oid, conowner FROM pg_conversion
  UNION ALL SELECT 'pg_language', oid, lanowner FROM pg_language
  UNION ALL SELECT 'pg_statistic_ext', oid, stxowner FROM pg_statistic_ext
  UNION ALL SELECT 'pg_event_trigger', oid, evtowner FROM pg_event_trigger
  UNION ALL SELECT 'pg_foreign_data_wrapper', oid, fdwowner FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server', oid, srvowner FROM pg_foreign_server
  UNION ALL SELECT 'pg_publication', oid, pubowner FROM pg_publication
  UNION ALL SELECT 'pg_subscription', oid, subowner FROM pg_subscription
  UNION ALL SELECT 'pg_database', oid, datdba FROM pg_database
) o(catalog, oid, owner)
WHERE o.oid >= 16384 OR o.catalog IN ('pg_namespace', 'pg_database')
""",
)
