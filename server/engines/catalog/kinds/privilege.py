"""Privileges, one rule for whatever kind can be granted."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.reader import Newer, Reader, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Privilege(Fact):
    """What one grantee may do with `parent` by the word of one grantor.

    What nobody granted but PostgreSQL implies (all for the owner, EXECUTE and USAGE for
    everyone) is there, too. Grantee and grantor are names; everyone is `public`. In the identity
    and in comparisons the owner has no name, so that a change of owner is no change of privileges.
    """

    kind: ClassVar[str] = "privilege"
    is_said_of_parent: ClassVar[bool] = True

    grantee: Annotated[str, Rule.IGNORED]
    grantor: Annotated[str, Rule.IGNORED]
    privileges: Annotated[frozenset[str], Rule.AS_SET]
    """As GRANT names them: `SELECT`, `USAGE`, `MAINTAIN`."""
    grantable: Annotated[frozenset[str], Rule.AS_SET]
    """Those of them that the grantee may pass on."""

    @property
    def is_to_everyone(self) -> bool:
        """Whether the grantee is PUBLIC."""
        return self.grantee == "public"


def _naming(row: Row, parent: Identity | None) -> Identity:
    owner, grantee, grantor = row["owner"], row["grantee"], row["grantor"]
    by_others = () if grantor == owner else (grantor,)
    names = ("" if grantee == owner else grantee, *by_others)
    return Identity(Privilege.kind, () if names == ("",) else names, of=parent)


READER = Reader(
    fact=Privilege,
    catalog="pg_init_privs",
    naming=_naming,
    sql="""
SELECT o.catalog AS parent_catalog, o.oid AS parent_oid, o.subid AS parent_subid,
  pg_get_userbyid(o.owner)::text AS owner,
  CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee)::text END AS grantee,
  pg_get_userbyid(a.grantor)::text AS grantor,
  array_agg(a.privilege_type) AS privileges,
  array_agg(a.privilege_type) FILTER (WHERE a.is_grantable) AS grantable
FROM (
  SELECT 'pg_class', oid, 0, relowner,
    coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner))
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL SELECT 'pg_class', c.oid, a.attnum, c.relowner, a.attacl
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL SELECT 'pg_type', t.oid, 0, t.typowner, coalesce(t.typacl, acldefault('T', t.typowner))
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE (t.typtype IN ('e', 'd', 'r', 'b') OR c.relkind = 'c')
      AND t.oid NOT IN (SELECT typarray FROM pg_type)
  UNION ALL SELECT 'pg_proc', oid, 0, proowner, coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE oid NOT IN (SELECT d.objid FROM pg_depend d
      WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'i')
  UNION ALL SELECT 'pg_namespace', oid, 0, nspowner, coalesce(nspacl, acldefault('n', nspowner))
    FROM pg_namespace
  UNION ALL SELECT 'pg_language', oid, 0, lanowner, coalesce(lanacl, acldefault('l', lanowner))
    FROM pg_language
  UNION ALL SELECT 'pg_foreign_data_wrapper', oid, 0, fdwowner,
    coalesce(fdwacl, acldefault('F', fdwowner)) FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server', oid, 0, srvowner,
    coalesce(srvacl, acldefault('S', srvowner)) FROM pg_foreign_server
  UNION ALL SELECT 'pg_database', oid, 0, datdba, coalesce(datacl, acldefault('d', datdba))
    FROM pg_database
  UNION ALL SELECT 'pg_parameter_acl', oid, 0, 10, paracl FROM pg_parameter_acl
) o(catalog, oid, subid, owner, acl)
CROSS JOIN LATERAL aclexplode(o.acl) a
WHERE o.oid >= 16384 OR o.catalog IN ('pg_namespace', 'pg_database')
GROUP BY o.catalog, o.oid, o.subid, o.owner, a.grantee, a.grantor
""",
    newer={
        "UNION ALL SELECT 'pg_parameter_acl', oid, 0, 10, paracl FROM pg_parameter_acl": Newer(
            15, ""
        )
    },
)
