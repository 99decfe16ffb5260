"""Memberships of roles in roles."""

from dataclasses import dataclass
from typing import ClassVar

from server.engines.catalog.fact import Fact
from server.engines.catalog.reader import Newer, Reader, of_parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Fact):
    """That a role is a member of `parent`; named by the member and, since 16, the grantor."""

    kind: ClassVar[str] = "membership"
    is_cluster_wide: ClassVar[bool] = True

    has_admin_option: bool
    has_inherit_option: bool
    has_set_option: bool


READER = Reader(
    fact=Membership,
    catalog="pg_auth_members",
    parent="pg_authid",
    naming=of_parent(Membership.kind),
    goes_with_parent=False,
    sql="""
SELECT m.oid, m.roleid AS parent_oid,
  ARRAY[pg_get_userbyid(m.member), pg_get_userbyid(m.grantor)]::text[] AS names,
  m.admin_option AS has_admin_option, m.inherit_option AS has_inherit_option,
  m.set_option AS has_set_option
FROM pg_auth_members m
WHERE m.member >= 16384
""",
    newer={
        "SELECT m.oid,": Newer(16, "SELECT"),
        ", pg_get_userbyid(m.grantor)": Newer(16, ""),
        "m.inherit_option": Newer(16, "true"),
        "m.set_option": Newer(16, "true"),
    },
)
