"""Roles, which all databases of a server share."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact, Options
from server.engines.catalog.reader import Reader, named


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Fact):
    """A role, built-in ones included; its password is not read."""

    kind: ClassVar[str] = "role"
    is_cluster_wide: ClassVar[bool] = True

    is_superuser: bool
    inherits: bool
    can_create_roles: bool
    can_create_databases: bool
    can_log_in: bool
    can_replicate: bool
    bypasses_row_security: bool
    connection_limit: int
    settings: Options


READER = Reader(
    fact=Role,
    catalog="pg_authid",
    naming=named(Role.kind),
    sql="""
SELECT r.oid, r.rolname AS name, r.rolsuper AS is_superuser, r.rolinherit AS inherits,
  r.rolcreaterole AS can_create_roles, r.rolcreatedb AS can_create_databases,
  r.rolcanlogin AS can_log_in, r.rolreplication AS can_replicate,
  r.rolbypassrls AS bypasses_row_security, r.rolconnlimit AS connection_limit,
  ARRAY(SELECT CASE WHEN setting ~* '^[^=]*(pass|secret|token|key|cred|auth)[^=]*='
      THEN split_part(setting, '=', 1) || '=sha256:'
        || encode(sha256(convert_to(r.rolname || ' ' || setting, 'UTF8')), 'hex')
      ELSE setting END
    FROM pg_db_role_setting s, unnest(s.setconfig) setting
    WHERE s.setrole = r.oid AND s.setdatabase = 0) AS settings
FROM pg_roles r
""",
)
