"""What lives as long as the process: opened once by the command line, never by a connection."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from server.gate import Gate
from server.runs import Runs
from server.settings import Settings
from server.workspace import Workspace

if TYPE_CHECKING:
    from server.engines.postgres.live import LiveDatabase
    from server.engines.postgres.shadow import Shadow

LOCAL = "local"
_principal: ContextVar[str] = ContextVar("principal", default=LOCAL)
_comes_over_network: ContextVar[bool] = ContextVar("comes_over_network", default=False)
ANSWER_SECONDS = 45.0
"""How long a call may keep its caller waiting: many clients give up at 60 s."""


@dataclass(slots=True)
class Runtime:
    """Settings, fence, throw-away servers and admission; owners of plans, runs and files."""

    settings: Settings
    workspace: Workspace
    gate: Gate = field(default_factory=Gate)
    runs: Runs = field(default_factory=Runs)
    own_ports: frozenset[int] = frozenset()
    """The ports that this server listens on."""
    patience: float = ANSWER_SECONDS
    """Seconds after which a call answers that its work goes on; infinite on the command line."""
    _shadow: "Shadow | None" = None

    @property
    def principal(self) -> str:
        """Who makes the current call: `local`, or the holder of the HTTP token."""
        return _principal.get()

    @property
    def is_remote_call(self) -> bool:
        """Whether the current call came over HTTP, and not from whoever started this process."""
        return _comes_over_network.get()

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
        """Stop every run and server that was started; nothing stays behind."""
        await self.runs.close()
        if self._shadow is not None:
            await self._shadow.close()
            self._shadow = None


@asynccontextmanager
async def open_runtime(
    settings: Settings, *, patience: float = ANSWER_SECONDS
) -> AsyncGenerator[Runtime, None]:
    """Hold a runtime open, and close it however the block ends."""
    workspace = Workspace(settings.workspace, settings.read_roots)
    runtime = Runtime(settings, workspace, patience=patience)
    try:
        yield runtime
    finally:
        with anyio.CancelScope(shield=True):
            await runtime.close()


@contextmanager
def acting_as(principal: str) -> Generator[None, None, None]:
    """Make `principal`, who calls over HTTP, the owner of what the block creates."""
    token, way = _principal.set(principal), _comes_over_network.set(True)
    try:
        yield
    finally:
        _comes_over_network.reset(way)
        _principal.reset(token)
