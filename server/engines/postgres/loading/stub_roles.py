"""Roles that a schema names and the server lacks: made without any power, dropped when unused.

Roles are shared by every database of a server, so several loads may use one at the same time.
Being granted to a loader is what keeps a stub alive.
"""

from dataclasses import dataclass

from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier, identifiers, literal

LOADER_PREFIX = "loader_"
# A shared catalog: whoever else makes or drops roles waits, in whichever database.
LOCK = "LOCK TABLE pg_catalog.pg_auth_members IN SHARE ROW EXCLUSIVE MODE"

_MARK = "made by senior-backend for a schema that names it"
_OTHERS_DEPEND = "2BP01"
_KNOWN = """
SELECT pg_catalog.shobj_description(oid, 'pg_authid') AS mark,
       EXISTS (
         SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles u ON u.oid = m.member
         WHERE m.roleid = r.oid AND u.rolname = $2) AS is_member
FROM pg_catalog.pg_roles r WHERE rolname = $1
"""
_ARE_OURS = """
SELECT count(*) = 2 FROM pg_catalog.pg_roles
WHERE rolname IN ($1, $2) AND pg_catalog.shobj_description(oid, 'pg_authid') = $3
"""
_UNUSED = r"""
SELECT r.rolname FROM pg_catalog.pg_roles r
WHERE (pg_catalog.shobj_description(r.oid, 'pg_authid') = $1 OR r.rolname = $2)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles u ON u.oid = m.member
    WHERE m.roleid = r.oid AND u.rolname LIKE 'loader\_%')
"""


@dataclass(frozen=True, slots=True)
class StubRoles:
    """Makes the roles that one load needs: `login` keeps them, `owner` may act as them."""

    superuser: Session
    login: str
    owner: str

    async def ensure(self, name: str) -> bool:
        """Make the role unless it exists, and let the loader act as it; True if it was missing.

        A role that is not one of ours keeps its members: its rights are none of the loader's.
        """
        if name in {self.owner, self.login}:
            return False
        async with self.superuser.transaction():
            await self.superuser.script(LOCK)
            known = await self.superuser.rows(_KNOWN, name, self.login)
            if known and (known[0]["mark"] != _MARK or known[0]["is_member"]):
                return False
            role = identifier(name)
            if not known:
                await self.superuser.script(
                    f"CREATE ROLE {role} NOLOGIN; COMMENT ON ROLE {role} IS {literal(_MARK)}"
                )
            members = identifiers((self.login, self.owner))
            await self.superuser.script(f"GRANT {role} TO {members}")
        return not known

    async def grant(self, role: str, member: str) -> None:
        """Make one stub a member of another; roles that are not ours keep their members."""
        await self.ensure(role)
        await self.ensure(member)
        if await self.superuser.value(_ARE_OURS, role, member, _MARK):
            await self.superuser.script(f"GRANT {identifier(role)} TO {identifier(member)}")


async def drop_unused(superuser: Session, login: str, owner: str) -> None:
    """Drop the loader, and the stubs and the owner if no other load uses them."""
    async with superuser.transaction():
        await superuser.script(LOCK)
        await _drop(superuser, login)
        for row in await superuser.rows(_UNUSED, _MARK, owner):
            await _drop(superuser, row["rolname"])


async def _drop(superuser: Session, name: str) -> None:
    """Drop a role, unless a database that could not be dropped in time still needs it."""
    role = identifier(name)
    try:
        async with superuser.transaction():
            await superuser.script(f"ALTER ROLE {role} RESET ALL; DROP ROLE {role}")
    except StatementError as error:
        if error.sqlstate != _OTHERS_DEPEND:
            raise
