"""Roles that a schema names and the server lacks: made without any power, dropped when unused.

Roles are shared by every database of a server, so several loads may use one at the same time.
Being granted to a loader is what keeps a stub alive.
"""

from dataclasses import dataclass

from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier, literal

_MARK = "made by senior-backend for a schema that names it"
_OTHERS_DEPEND = "2BP01"
# A shared catalog: whoever else makes or drops roles waits, in whichever database.
_LOCK = "LOCK TABLE pg_catalog.pg_auth_members IN SHARE ROW EXCLUSIVE MODE"
_KNOWN = """
SELECT pg_catalog.shobj_description(oid, 'pg_authid') AS mark,
       pg_catalog.pg_has_role($2::name, oid, 'MEMBER') AS is_member
FROM pg_catalog.pg_roles WHERE rolname = $1
"""
_ARE_OURS = """
SELECT pg_catalog.bool_and(pg_catalog.shobj_description(oid, 'pg_authid') = $2)
FROM pg_catalog.pg_roles WHERE rolname = ANY($1::name[])
"""
_UNUSED = """
SELECT r.rolname FROM pg_catalog.pg_roles r
WHERE pg_catalog.shobj_description(r.oid, 'pg_authid') = $1
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles u ON u.oid = m.member
    WHERE m.roleid = r.oid AND u.rolname LIKE 'loader\\_%')
"""


@dataclass(frozen=True, slots=True)
class StubRoles:
    """Makes the roles that one loader needs."""

    superuser: Session
    loader: str

    async def ensure(self, name: str) -> bool:
        """Make the role unless it exists, and make the loader a member; True if it was missing.

        A role that is not one of ours keeps its members: its rights are none of the loader's.
        """
        async with self.superuser.transaction():
            await self.superuser.script(_LOCK)
            known = await self.superuser.rows(_KNOWN, name, self.loader)
            if known and (known[0]["mark"] != _MARK or known[0]["is_member"]):
                return False
            role = identifier(name)
            if not known:
                await self.superuser.script(
                    f"CREATE ROLE {role} NOLOGIN; COMMENT ON ROLE {role} IS {literal(_MARK)}"
                )
            await self.superuser.script(f"GRANT {role} TO {identifier(self.loader)}")
        return not known

    async def grant(self, role: str, member: str) -> None:
        """Make one stub a member of another; roles that are not ours keep their members."""
        await self.ensure(role)
        await self.ensure(member)
        if await self.superuser.value(_ARE_OURS, [role, member], _MARK):
            await self.superuser.script(f"GRANT {identifier(role)} TO {identifier(member)}")


async def drop_unused(superuser: Session, loader: str) -> None:
    """Drop the loader, and every stub that no other load uses."""
    async with superuser.transaction():
        await superuser.script(_LOCK)
        await superuser.script(f"DROP ROLE IF EXISTS {identifier(loader)}")
        unused = [str(row["rolname"]) for row in await superuser.rows(_UNUSED, _MARK)]
        for name in unused:
            await _drop(superuser, name)


async def _drop(superuser: Session, name: str) -> None:
    try:
        async with superuser.transaction():
            await superuser.script(f"DROP ROLE {identifier(name)}")
    except StatementError as error:
        if error.sqlstate != _OTHERS_DEPEND:
            raise
