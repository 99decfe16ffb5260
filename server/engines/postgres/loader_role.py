"""The role that foreign SQL runs as: it owns one database, for one load, and nothing else."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from pydantic import SecretStr

from server.engines.postgres.address import DsnAddress, SocketAddress
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.relay import relayed
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.stub_roles import drop_unused
from server.engines.sql.quote import identifier, literal
from server.errors import RefusedError

# Before, CREATEROLE lets a role grant itself what runs programs on the server.
HARMLESS_CREATEROLE_SINCE = 16
_DROP_SECONDS = 10


@dataclass(frozen=True, slots=True)
class LoaderRole:
    """`name` logs in with `password`, which is empty where the kernel vouches for us."""

    name: str
    password: SecretStr
    may_create_roles: bool = False

    @asynccontextmanager
    async def session(
        self, database: Database, settings: Mapping[str, str]
    ) -> AsyncGenerator[Session, None]:
        """Hold a session as the role."""
        address = database.cluster.address
        async with AsyncExitStack() as stack:
            if isinstance(address, SocketAddress):
                address = await stack.enter_async_context(relayed(address))
                named = {"user": self.name}
            else:
                address, named = _as_role(address, self), {}
            session = await Session.connect(
                address, database=database.name, settings=settings, **named
            )
            yield await stack.enter_async_context(session)


@asynccontextmanager
async def loader_role(cluster: Cluster, *, is_private: bool) -> AsyncGenerator[LoaderRole, None]:
    """Hold a role made for one load; it and the roles made for it are dropped afterwards.

    Raises:
        RefusedError: the operator's own server does not let us make such a role.
    """
    password = "" if isinstance(cluster.address, SocketAddress) else secrets.token_urlsafe(24)
    creates = is_private and cluster.major >= HARMLESS_CREATEROLE_SINCE
    role = LoaderRole(f"loader_{secrets.token_hex(8)}", SecretStr(password), creates)
    async with await cluster.connect() as superuser:
        await _create(superuser, role)
    try:
        yield role
    finally:
        with anyio.move_on_after(_DROP_SECONDS, shield=True):
            async with await cluster.connect() as superuser:
                await drop_unused(superuser, role.name)


async def _create(superuser: Session, role: LoaderRole) -> None:
    name = identifier(role.name)
    password = f" PASSWORD {literal(role.password.get_secret_value())}" if role.password else ""
    try:
        await superuser.script(f"CREATE ROLE {name} LOGIN{password}")
    except StatementError as error:
        raise RefusedError(
            "The operator's own server does not let us make a role to load foreign SQL with: "
            f"{error.message}.",
            next_step="Have the operator name a role with CREATEROLE in `shadow`, or unset it.",
        ) from error
    if role.may_create_roles:
        await superuser.script(
            f"ALTER ROLE {name} CREATEROLE;"
            f"ALTER ROLE {name} SET createrole_self_grant = 'set, inherit'"
        )


def _as_role(address: DsnAddress, role: LoaderRole) -> DsnAddress:
    url = urlsplit(address.dsn.get_secret_value())
    hosts = url.netloc.rpartition("@")[2]
    login = f"{role.name}:{role.password.get_secret_value()}"
    return DsnAddress(SecretStr(url._replace(netloc=f"{login}@{hosts}").geturl()))
