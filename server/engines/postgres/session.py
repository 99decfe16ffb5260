"""A session with a PostgreSQL server: what there is of asyncpg, for everyone else."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import StrEnum
from types import TracebackType
from typing import Any, Self, cast

import anyio
import asyncpg
from asyncpg.transaction import Transaction

from server.engines.postgres.address import Address
from server.engines.postgres.array_types import ARRAY_TYPES
from server.engines.postgres.refusals import (
    CONNECT_SECONDS,
    Notice,
    StatementError,
    as_notice,
    connecting,
    gone,
)
from server.errors import RefusedError

Row = Mapping[str, Any]

_CLOSE_SECONDS = 2
_NOTICES = 1000
_KEEPING = {"statement_cache_size": 200, "max_cacheable_statement_size": 0}


class Isolation(StrEnum):
    """What a transaction sees of the others."""

    READ_COMMITTED = "read_committed"
    REPEATABLE_READ = "repeatable_read"
    SERIALIZABLE = "serializable"


class Session:
    """One connection to one database; closed by its context manager."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Take over a connection; `Session.connect` makes one."""
        self._connection = connection

    @classmethod
    async def connect(
        cls,
        address: Address,
        *,
        database: str | None = None,
        user: str | None = None,
        settings: Mapping[str, str] | None = None,
        keeps_statements: bool = False,
    ) -> Self:
        """Open a session; unnamed, the user is the superuser of our servers or the URL's own.

        One that keeps its statements has the server parse and plan each of them once. That is for
        questions about pg_catalog: a schema changes here between two runs of one query, and a kept
        plan for its own tables would not.

        Raises:
            UnavailableError: the server cannot be reached or lets nobody in; names no secret.
        """
        arguments = dict(address.arguments(database, user))
        if keeps_statements:
            arguments |= _KEEPING
        arguments["server_settings"] = {**arguments["server_settings"], **(settings or {})}
        with connecting():
            connection = await asyncpg.connect(
                **arguments,
                timeout=CONNECT_SECONDS,
            )
        connection.get_settings().register_data_types(ARRAY_TYPES)
        return cls(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the session, even when cancelled; a server that does not answer is hung up on."""
        with anyio.CancelScope(shield=True):
            try:
                await self._connection.close(timeout=_CLOSE_SECONDS)
            except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                self._connection.terminate()

    def hang_up(self) -> None:
        """End the session at once and without a word."""
        self._connection.terminate()

    @property
    def is_open(self) -> bool:
        """Whether it goes on, as far as one can tell without asking the server."""
        return not self._connection.is_closed()

    @property
    def version(self) -> str:
        """The server's version, as in `18.6`."""
        return self._connection.get_settings().server_version.split()[0]

    @property
    def major(self) -> int:
        """The server's major version."""
        return self._connection.get_server_version().major

    @property
    def pid(self) -> int:
        """The process id of the server's side of this session."""
        return self._connection.get_server_pid()

    async def rows(self, sql: str, *args: object) -> list[Row]:
        """Run one statement over the extended protocol, `$1` … being `args`.

        Raises:
            StatementError: the server refused it.
            UnavailableError: the server ended the session.
        """
        return [dict(record) for record in await self.records(sql, *args)]

    async def records(self, sql: str, *args: object) -> list[Row]:
        """Run one statement as `rows` does; the rows compare and read fast, and cannot be added to.

        Two are equal if their values are, whatever their columns are called.
        """
        with self._translated():
            return cast("list[Row]", await self._connection.fetch(sql, *args))

    async def value(self, sql: str, *args: object) -> Any:  # ruff: ignore[any-type] - any SQL type
        """Return the first column of the first row, None without one; raises as `rows` does."""
        with self._translated():
            return await self._connection.fetchval(sql, *args)

    async def read(self, sql: str, *args: object) -> list[Row]:
        """Run one statement that returns rows; raises as `rows` does.

        Raises:
            RefusedError: it returns none by nature, as COMMIT, SET and COPY; it was not run.
        """
        with self._translated():
            statement = await self._connection.prepare(sql, name="")
            if not statement.get_attributes():
                raise RefusedError("Only statements that return rows run here.")
            return [dict(record) for record in await statement.fetch(*args)]

    async def script(self, sql: str) -> None:
        """Run the statements of a text over the simple protocol; raises as `rows` does."""
        with self._translated():
            await self._connection.execute(sql)

    @asynccontextmanager
    async def transaction(
        self, *, readonly: bool = False, isolation: Isolation | None = None
    ) -> AsyncGenerator[None, None]:
        """Commit what the block did, or roll it back if it raises; a nested one is a savepoint."""
        transaction = await self._begin(readonly=readonly, isolation=isolation)
        try:
            yield
        except BaseException:
            await self._give_up(transaction)
            raise
        with self._translated():
            await transaction.commit()

    @asynccontextmanager
    async def undone(
        self, *, readonly: bool = False, isolation: Isolation | None = None
    ) -> AsyncGenerator[None, None]:
        """Roll back what the block did, however it ends; a nested one is a savepoint."""
        transaction = await self._begin(readonly=readonly, isolation=isolation)
        try:
            yield
        finally:
            await self._give_up(transaction)

    @contextmanager
    def notices(self) -> Generator[list[Notice], None, None]:
        """Collect what the server remarks during the block, the first thousand remarks."""
        collected: list[Notice] = []

        def listen(_connection: object, message: asyncpg.PostgresLogMessage) -> None:
            if len(collected) < _NOTICES:
                collected.append(as_notice(message))

        self._connection.add_log_listener(listen)
        try:
            yield collected
        finally:
            self._connection.remove_log_listener(listen)

    async def _begin(self, *, readonly: bool, isolation: Isolation | None) -> Transaction:
        transaction = self._connection.transaction(
            isolation=cast("Any", isolation), readonly=readonly
        )
        with self._translated():
            await transaction.start()
        return transaction

    async def _give_up(self, transaction: Transaction) -> None:
        with anyio.move_on_after(_CLOSE_SECONDS, shield=True) as patience:
            # A session that ended took its transaction with it.
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await transaction.rollback()
        if patience.cancelled_caught:
            self._connection.terminate()

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        try:
            yield
        except asyncpg.PostgresError as error:
            if self._connection.is_closed() or error.severity_en == "FATAL":
                raise gone(error.message) from error
            raise StatementError(error) from error
        except asyncpg.InternalClientError as error:
            # So the driver trips over a farewell that arrived between two statements.
            self._connection.terminate()
            raise gone("the connection is closed") from error
        except (asyncpg.InterfaceError, OSError) as error:
            if self._connection.is_closed():
                raise gone("the connection is closed") from error
            raise
