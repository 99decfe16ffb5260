"""The role that foreign SQL logs in as, and the one that it acts as: neither has any power."""

import secrets
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr

from server.engines.postgres.address import Address, DsnAddress, SocketAddress
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.loading.relay import relayed
from server.engines.postgres.loading.stub import ExtensionStub
from server.engines.postgres.loading.stub_roles import LOADER_PREFIX, LOCK, drop_unused
from server.engines.postgres.session import Session
from server.engines.sql.quote import identifier, literal
from server.errors import RefusedError

# One name for every load, so that two loads of one schema have equal owners. It cannot log in,
# so what a script sets for it is never used.
OWNER = "shadow_owner"

# Before, CREATEROLE lets a role grant itself what runs programs on the server.
_HARMLESS_CREATEROLE_SINCE = 16
_EVENT_TRIGGERS_SINCE = 17  # as a setting, and on logins
_DROP_SECONDS = 10
_OWN_ROLE = """
SELECT current_user AS name, r.rolsuper AS is_superuser,
       pg_catalog.pg_has_role('pg_execute_server_program', 'MEMBER')
    OR pg_catalog.pg_has_role('pg_read_server_files', 'MEMBER')
    OR pg_catalog.pg_has_role('pg_write_server_files', 'MEMBER') AS reaches_files
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""
_OWNER_EXISTS = "SELECT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1)"


@dataclass(frozen=True, slots=True)
class LoaderRole:
    """Who a script logs in as, for one load, and who then owns what it creates.

    `stubs` are stand-ins for extensions that it finds besides those that every loader does.
    """

    login: str
    owner: str
    may_create_roles: bool
    _address: Address
    stubs: tuple[ExtensionStub, ...] = ()

    @property
    def stubs_folder(self) -> Path | None:
        """Where its own stand-ins are put: beside the socket, where the server can read them."""
        if not isinstance(self._address, SocketAddress):
            return None
        return self._address.folder.parent / f"stubs-{self.login}"

    def superuser_settings(self, major: int) -> Mapping[str, str]:
        """Return what a superuser's session must start with in a database that is loaded.

        Event triggers, those on logins among them, are code of the schema's author. Before 17
        they fire on changes of the schema, whatever is set.
        """
        is_itself = self.login == self.owner
        return {} if is_itself or major < _EVENT_TRIGGERS_SINCE else {"event_triggers": "off"}

    @asynccontextmanager
    async def session(
        self, database: str, settings: Mapping[str, str]
    ) -> AsyncGenerator[Session, None]:
        """Hold a session that acts as the owner."""
        address, user = self._address, None
        async with AsyncExitStack() as stack:
            if isinstance(address, SocketAddress):
                address = await stack.enter_async_context(relayed(address))
                user = self.login
            session = await Session.connect(
                address, database=database, user=user, settings={**settings, "role": self.owner}
            )
            yield await stack.enter_async_context(session)


@asynccontextmanager
async def loader_role(
    cluster: Cluster, *, is_private: bool, stubs: tuple[ExtensionStub, ...] = ()
) -> AsyncGenerator[LoaderRole, None]:
    """Hold a role made for one load; it and the roles made for it are dropped afterwards.

    Raises:
        RefusedError: the operator's server lets us make none, and our own role has powers.
    """
    async with cluster.maintenance() as superuser:
        [own] = await superuser.rows(_OWN_ROLE)
        if own["is_superuser"]:
            role = await _create(superuser, cluster, is_private=is_private)
        else:
            role = _itself(cluster.address, own["name"], reaches_files=own["reaches_files"])
    role = replace(role, stubs=stubs)
    try:
        yield role
    finally:
        if role.stubs and role.stubs_folder is not None:
            shutil.rmtree(role.stubs_folder, ignore_errors=True)
        if own["is_superuser"]:
            with anyio.move_on_after(_DROP_SECONDS, shield=True):
                async with cluster.maintenance() as superuser:
                    await drop_unused(superuser, role.login, OWNER)


async def _create(superuser: Session, cluster: Cluster, *, is_private: bool) -> LoaderRole:
    login = LOADER_PREFIX + secrets.token_hex(8)
    password = secrets.token_urlsafe(24)
    secret = "NULL" if isinstance(cluster.address, SocketAddress) else literal(password)
    may_create_roles = is_private and cluster.major >= _HARMLESS_CREATEROLE_SINCE
    async with superuser.transaction():
        await superuser.script(LOCK)
        if not await superuser.value(_OWNER_EXISTS, OWNER):
            power = "CREATEROLE" if may_create_roles else "NOLOGIN"
            await superuser.script(f"CREATE ROLE {identifier(OWNER)} {power}")
        await superuser.script(
            f"CREATE ROLE {identifier(login)} LOGIN PASSWORD {secret};"
            # What is denied, and why, is read from the server's words.
            f"ALTER ROLE {identifier(login)} SET lc_messages = 'C';"
            f"GRANT {identifier(OWNER)} TO {identifier(login)}"
        )
    address = _with_login(cluster.address, login, password)
    return LoaderRole(login, OWNER, may_create_roles, address)


def _itself(address: Address, name: str, *, reaches_files: bool) -> LoaderRole:
    """Take the operator's own role where it could do no harm to the server's machine."""
    if reaches_files:
        raise RefusedError(
            "The role of the operator's own server may reach that machine's files or programs.",
            next_step="Have the operator name a superuser, who can make a role without that "
            "right, or a role that only has CREATEDB.",
        )
    plain = DsnAddress(address.dsn) if isinstance(address, DsnAddress) else address
    return LoaderRole(name, name, may_create_roles=False, _address=plain)


def _with_login(address: Address, login: str, password: str) -> Address:
    if isinstance(address, SocketAddress):
        return address
    url = urlsplit(address.dsn.get_secret_value())
    hosts = url.netloc.rpartition("@")[2]
    return DsnAddress(SecretStr(url._replace(netloc=f"{login}:{password}@{hosts}").geturl()))
