"""What lives as long as the process: opened once by the command line, never by a connection."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from server.gate import Gate
from server.settings import Settings
from server.workspace import Workspace

if TYPE_CHECKING:
    from server.engines.postgres.live import LiveDatabase
    from server.engines.postgres.shadow import Shadow

LOCAL = "local"
_principal: ContextVar[str] = ContextVar("principal", default=LOCAL)


@dataclass(slots=True)
class Runtime:
    """Settings, fence, throw-away servers and admission; owners of plans, runs and files."""

    settings: Settings
    workspace: Workspace
    gate: Gate = field(default_factory=Gate)
    _shadow: "Shadow | None" = None

    @property
    def principal(self) -> str:
        """Who makes the current call: `local`, or the holder of the HTTP token."""
        return _principal.get()

    @property
    def shadow(self) -> "Shadow":
        """The throw-away servers; the first one starts when it is first needed."""
        if self._shadow is None:
            from server.engines.postgres.shadow import Shadow

            own = self.settings.shadow
            self._shadow = Shadow(
                cache=self.settings.cache,
                own_server=own.get_secret_value() if own else None,
                preferred=self.settings.postgres,
            )
        return self._shadow

    @property
    def live_databases(self) -> "Mapping[str, LiveDatabase]":
        """The databases that the operator named."""
        from server.engines.postgres.live import LiveDatabase

        return {
            name: LiveDatabase(name=name, dsn=database.dsn, writable=database.writable)
            for name, database in self.settings.databases.items()
        }

    async def close(self) -> None:
        """Stop every server that was started; nothing stays behind."""
        if self._shadow is not None:
            await self._shadow.close()
            self._shadow = None


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncGenerator[Runtime, None]:
    """Hold a runtime open, and close it however the block ends."""
    runtime = Runtime(settings, Workspace(settings.workspace, settings.read_roots))
    try:
        yield runtime
    finally:
        with anyio.CancelScope(shield=True):
            await runtime.close()


@contextmanager
def acting_as(principal: str) -> Generator[None, None, None]:
    """Make `principal` the owner of what the block creates."""
    token = _principal.set(principal)
    try:
        yield
    finally:
        _principal.reset(token)
