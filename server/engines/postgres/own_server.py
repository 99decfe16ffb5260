"""The operator's own server, used for throw-away databases instead of one of ours."""

from collections.abc import Iterable, Mapping
from contextlib import suppress

from anyio.to_thread import run_sync
from pydantic import SecretStr

from server.engines.postgres.address import GUARDED_SETTINGS, DsnAddress
from server.engines.postgres.binaries import Binaries, Origin, Place, find_binaries
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.naming import is_abandoned
from server.engines.postgres.session import Session, StatementError
from server.errors import UnavailableError

_EVENT_TRIGGER_SWITCH_SINCE = 17
_ROLE = "SELECT rolsuper, rolcreatedb FROM pg_catalog.pg_roles WHERE rolname = current_user"
_DATABASES = """
SELECT datname FROM pg_catalog.pg_database WHERE pg_catalog.pg_get_userbyid(datdba) = current_user
"""


async def own_server(url: SecretStr, where: Iterable[Place]) -> Cluster:
    """Use the operator's server; what an earlier process of ours left there a day ago goes.

    Raises:
        UnavailableError: it is not reached, or its role may not create databases.
    """
    async with await Session.connect(DsnAddress(url)) as session:
        settings = await _settings(session)
        await _drop_abandoned(session)
        binaries = await run_sync(_clients, where, session.major)
        address = DsnAddress(url, settings)
        return Cluster(session.version, Origin.OPERATOR, address, binaries)


async def _settings(session: Session) -> Mapping[str, str]:
    [role] = await session.rows(_ROLE)
    if not (role["rolsuper"] or role["rolcreatedb"]):
        raise UnavailableError(
            "The role of the operator's own server may not create databases.",
            next_step="ALTER ROLE … CREATEDB, or have the operator unset `shadow`.",
        )
    if role["rolsuper"] and session.major >= _EVENT_TRIGGER_SWITCH_SINCE:
        # A trigger of a foreign schema would run as the superuser.
        return {**GUARDED_SETTINGS, "event_triggers": "off"}
    return GUARDED_SETTINGS


async def _drop_abandoned(session: Session) -> None:
    for row in await session.rows(_DATABASES):
        if is_abandoned(row["datname"]):
            # Not by force: somebody who is still connected keeps it.
            with suppress(StatementError):
                sql = "SELECT format('DROP DATABASE %I', $1::text)"
                await session.script(await session.value(sql, row["datname"]))


def _clients(where: Iterable[Place], major: int) -> Binaries | None:
    """Return programs that can talk to a server of this major, as older ones cannot."""
    with suppress(UnavailableError):
        found = find_binaries(where, major=major)
        return found if found.major >= major else None
    return None
