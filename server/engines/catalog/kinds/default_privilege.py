"""Default privileges: what is granted on objects yet to be created."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from server.engines.catalog.compare import Rule
from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivilege(Fact):
    """How PostgreSQL's own defaults are changed for what a role creates.

    Named by the grantee, the type of object and the schema, if it is limited to one. `of` is the
    role that creates.
    """

    kind: ClassVar[str] = "default_privilege"

    creator: str
    in_schema: str | None
    object_type: str
    """`tables`, `sequences`, `functions`, `types`, `schemas` or `large objects`."""
    grantee: str
    granted: Annotated[frozenset[str], Rule.AS_SET]
    grantable: Annotated[frozenset[str], Rule.AS_SET]
    """Those of them that the grantee may pass on."""
    revoked: Annotated[frozenset[str], Rule.AS_SET]
    """What PostgreSQL would have granted by itself."""


READER = Reader(
    fact=DefaultPrivilege,
    catalog="pg_default_acl",
    parent="pg_authid",
    naming=of_parent(DefaultPrivilege.kind),
    goes_with_parent=False,
    sql="""
WITH granted AS (
  SELECT d.oid, a.grantee, a.privilege_type, a.is_grantable
  FROM pg_default_acl d, aclexplode(d.defaclacl) a
), built_in AS (
  SELECT d.oid, a.grantee, a.privilege_type, a.is_grantable
  FROM pg_default_acl d,
    aclexplode(acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END,
      d.defaclrole)) a
  WHERE d.defaclnamespace = 0
), changes AS (
  SELECT *, true AS is_granted FROM (TABLE granted EXCEPT TABLE built_in) more
  UNION ALL
  SELECT *, false FROM (TABLE built_in EXCEPT TABLE granted) less
)
SELECT d.oid, d.defaclrole AS parent_oid, ARRAY[grantee.name]::text[] AS names,
  array_remove(ARRAY[objects.name, n.nspname], NULL)::text[] AS signature,
  pg_get_userbyid(d.defaclrole)::text AS creator, n.nspname AS in_schema,
  objects.name AS object_type, grantee.name AS grantee,
  array_agg(c.privilege_type) FILTER (WHERE c.is_granted) AS granted,
  array_agg(c.privilege_type) FILTER (WHERE c.is_granted AND c.is_grantable) AS grantable,
  array_agg(c.privilege_type) FILTER (WHERE NOT c.is_granted) AS revoked
FROM changes c
JOIN pg_default_acl d ON d.oid = c.oid
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
CROSS JOIN LATERAL (SELECT CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
  WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
  WHEN 'L' THEN 'large objects' ELSE d.defaclobjtype::text END) objects(name)
CROSS JOIN LATERAL (SELECT CASE c.grantee WHEN 0 THEN 'public'
  ELSE pg_get_userbyid(c.grantee)::text END) grantee(name)
GROUP BY d.oid, d.defaclrole, n.nspname, objects.name, grantee.name
""",
)
