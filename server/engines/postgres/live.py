"""A database that people depend on: read one statement at a time, written where that is allowed."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from server.engines.postgres.address import DsnAddress
from server.engines.postgres.session import Isolation, Row, Session
from server.errors import RefusedError, UnavailableError

APPLICATION = "senior-backend"
_SETTINGS = {
    "application_name": APPLICATION,
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "120s",
}
# The plan sets its own time-outs; what the owner set for the database must not bend it.
_WRITING = {
    "application_name": APPLICATION,
    "client_min_messages": "warning",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
    "idle_in_transaction_session_timeout": "120s",
    "idle_session_timeout": "0",
    "intervalstyle": "postgres",
    "lock_timeout": "0",
    "standard_conforming_strings": "on",
    "statement_timeout": "0",
}
_IS_SUPERUSER = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user"


@dataclass(frozen=True, slots=True)
class LiveDatabase:
    """A database that the operator named; the URL with its password never shows."""

    name: str
    dsn: SecretStr
    writable: bool = False

    @property
    def address(self) -> DsnAddress:
        """Where it is."""
        return DsnAddress(self.dsn)

    @asynccontextmanager
    async def read(self) -> AsyncGenerator["LiveReader", None]:
        """Hold a session that cannot write.

        Raises:
            UnavailableError: the server is not reached; names neither URL nor password.
        """
        async with await self._connect(_SETTINGS) as session:
            yield LiveReader(session, is_superuser=await session.value(_IS_SUPERUSER))

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[Session, None]:
        """Hold a session that writes; for a plan that was proven and confirmed, and nothing else.

        Raises:
            RefusedError: the operator did not mark the database writable.
            UnavailableError: the server is not reached; names neither URL nor password.
        """
        if not self.writable:
            raise RefusedError(
                f"Database {self.name!r} is read-only here.",
                next_step=f"The operator can mark it writable: {self.name}!=env:VARIABLE.",
            )
        async with await self._connect(_WRITING) as session:
            yield session

    async def _connect(self, settings: Mapping[str, str]) -> Session:
        try:
            return await Session.connect(self.address, settings=settings)
        except UnavailableError as error:
            raise UnavailableError(
                f"Database {self.name!r}: {error}",
                next_step="Check its URL; it must lead to the server itself, not to a pooler.",
            ) from None


@dataclass(frozen=True, slots=True)
class LiveReader:
    """Reads a live database; each statement runs in a READ ONLY transaction and is undone.

    READ ONLY permits more than it seems, `pg_terminate_backend` for one, and to a superuser the
    server's files: a statement from outside is vetted before it comes here.
    """

    _session: Session
    is_superuser: bool

    @property
    def version(self) -> str:
        """The server's version, as in `16.4`."""
        return self._session.version

    @property
    def major(self) -> int:
        """The server's major version."""
        return self._session.major

    async def rows(self, sql: str, *args: object) -> list[Row]:
        """Run one statement that returns rows, and nothing else.

        Raises:
            RefusedError: it returns no rows by nature; it was not run.
            StatementError: the server refused it, as it does several statements in one text.
            UnavailableError: the server ended the session.
        """
        async with self._session.undone(readonly=True):
            return await self._session.read(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:  # ruff: ignore[any-type] - any SQL type
        """Return the first column of the first row, None without one; raises as `rows` does."""
        found = await self.rows(sql, *args)
        return next(iter(found[0].values())) if found else None

    @asynccontextmanager
    async def snapshot(self) -> AsyncGenerator[None, None]:
        """Let every statement of the block see the database as of one moment."""
        async with self._session.undone(readonly=True, isolation=Isolation.REPEATABLE_READ):
            yield
