"""One PostgreSQL server for throw-away databases: a private one of ours, or the operator's own."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import anyio
from anyio.to_thread import run_sync

from server.engines.postgres.address import Address, SocketAddress
from server.engines.postgres.binaries import Binaries, Origin
from server.engines.postgres.boot import boot
from server.engines.postgres.ground import Ground, ground
from server.engines.postgres.guard import AbandonedError, Guard
from server.engines.postgres.idle import IdleSessions
from server.engines.postgres.naming import new_name
from server.engines.postgres.session import Session, StatementError
from server.errors import UnavailableError

_DROP_SECONDS = 10
_OBJECT_IN_USE = "55006"
_WRONG_OBJECT_TYPE = "42809"
_FILE_COPY_SINCE = 15
_FORGET_SUBSCRIPTIONS = """
DELETE FROM pg_catalog.pg_subscription
WHERE subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = $1)
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server, of ours or of the operator's."""

    version: str
    origin: Origin
    address: Address
    _binaries: Binaries | None
    _guard: Guard | None = None
    _idle: IdleSessions = field(default_factory=IdleSessions, compare=False, repr=False)

    @classmethod
    async def start(cls, binaries: Binaries, cache: Path, *, base: Path | None = None) -> Self:
        """Start a private server; `base` is where its folder goes, if not the temporary folder.

        Raises:
            UnavailableError: it does not start; says what it wrote.
        """
        guard = await _booted(ground(binaries, cache, base))
        address = SocketAddress(guard.sockets)
        return cls(binaries.version, binaries.origin, address, binaries, guard)

    @property
    def major(self) -> int:
        """The server's major version."""
        return int(self.version.split(".")[0])

    @property
    def is_ours(self) -> bool:
        """Whether we started it, and are its superuser."""
        return self._guard is not None

    @property
    def binaries(self) -> Binaries:
        """Programs that can talk to the server, `pg_dump` among them.

        Raises:
            UnavailableError: beside the operator's own server, this machine has none.
        """
        if self._binaries is None:
            raise UnavailableError(
                f"This machine has no pg_dump for the operator's own server {self.version}.",
                next_step="Install PostgreSQL's client programs, of that version or later.",
            )
        return self._binaries

    @property
    def is_running(self) -> bool:
        """Whether the server is there, as far as one can tell without asking it."""
        return self._guard is None or self._guard.exit_status() is None

    async def stop(self) -> None:
        """End a server of ours at once and remove all it had; an operator's own goes on."""
        if self._guard is not None:
            self._idle.close()
            with anyio.CancelScope(shield=True):
                await run_sync(self._guard.close)

    async def connect(
        self,
        database: str | None = None,
        *,
        user: str | None = None,
        settings: Mapping[str, str] | None = None,
        keeps_statements: bool = False,
    ) -> Session:
        """Open a session as `Session.connect` does, unnamed in the database for maintenance."""
        return await Session.connect(
            self.address,
            database=database,
            user=user,
            settings=settings,
            keeps_statements=keeps_statements,
        )

    @asynccontextmanager
    async def maintenance(self) -> AsyncGenerator[Session, None]:
        """Lend a session of ours in the database for maintenance, with nothing set or left in it.

        On a server of ours it stays open for whoever is next.
        """
        if self.is_ours:
            async with self._idle.lent(lambda: self.connect(keeps_statements=True)) as session:
                yield session
        else:
            async with await self.connect() as session:
                yield session

    @asynccontextmanager
    async def database(
        self, *, template: str = "template0", owner: str = ""
    ) -> AsyncGenerator["Database", None]:
        """Hold a fresh copy of `template`, to which nobody may be connected; dropped afterwards."""
        name = new_name()
        try:
            await self._create(name, template, owner)
            yield Database(name, self)
        finally:
            await self.drop_database(name)

    async def create_database(self, *, template: str = "template0", owner: str = "") -> str:
        """Create a database as `database` does and return its name; dropping it is up to you."""
        name = new_name()
        await self._create(name, template, owner)
        return name

    async def drop_database(self, name: str) -> None:
        """Drop a database with whoever is connected, even when cancelled; bounded in time."""
        with anyio.move_on_after(_DROP_SECONDS, shield=True), suppress(UnavailableError):
            async with self.maintenance() as session:
                await _drop(session, name)

    async def _create(self, name: str, template: str, owner: str) -> None:
        async with self.maintenance() as session:
            sql = "SELECT format('CREATE DATABASE %I TEMPLATE %I', $1::text, $2::text)"
            command: str = await session.value(sql, name, template)
            if owner:
                command += await session.value("SELECT format(' OWNER %I', $1::text)", owner)
            if session.major >= _FILE_COPY_SINCE:
                command += " STRATEGY file_copy"
            await session.script(command)


@dataclass(frozen=True, slots=True)
class Database:
    """A throw-away database and the server that holds it."""

    name: str
    cluster: Cluster

    async def connect(
        self,
        *,
        user: str | None = None,
        settings: Mapping[str, str] | None = None,
        keeps_statements: bool = False,
    ) -> Session:
        """Open a session in it as `Session.connect` does, unnamed as the superuser."""
        return await self.cluster.connect(
            self.name, user=user, settings=settings, keeps_statements=keeps_statements
        )


async def _booted(where: Ground) -> Guard:
    starting = asyncio.get_running_loop().run_in_executor(None, boot, where)
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        where.abandoned.set()
        with anyio.CancelScope(shield=True), suppress(AbandonedError, UnavailableError):
            await run_sync((await starting).close)
        raise


async def _drop(session: Session, name: str) -> None:
    sql = "SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text)"
    drop: str = await session.value(sql, name)
    try:
        await session.script(drop)
    except StatementError as error:
        if error.sqlstate not in {_OBJECT_IN_USE, _WRONG_OBJECT_TYPE}:
            raise
        await _release(session, name)
        await session.script(drop)


async def _release(session: Session, name: str) -> None:
    """Undo what makes a server refuse the drop, without entering the database: its code may run."""
    await session.rows(_FORGET_SUBSCRIPTIONS, name)
    sql = "SELECT format('ALTER DATABASE %I IS_TEMPLATE false', $1::text)"
    await session.script(await session.value(sql, name))
