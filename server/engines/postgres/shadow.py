"""The throw-away servers of this process: started when first needed, kept warm, left nowhere."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import anyio
from anyio.to_thread import run_sync
from pydantic import SecretStr

from server.engines.postgres.account import server_account
from server.engines.postgres.binaries import Binaries, Place, find_binaries, places
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.ground import temporary_folder
from server.engines.postgres.own_server import own_server
from server.engines.postgres.sweep import sweep
from server.errors import RefusedError

_Start = Callable[[], Coroutine[None, None, Cluster]]


class Shadow:
    """Hands out servers and databases; many callers at once share one warm server a version."""

    def __init__(
        self,
        *,
        cache: Path,
        own_server: str | None = None,
        preferred: Path | None = None,
        base: Path | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            cache: the folder for what is built once.
            own_server: the URL of the operator's own server, used instead of starting one.
            preferred: the folder of the programs that the operator prefers.
            base: the folder for running servers, if not the one for temporary files.
        """
        self._cache = cache
        self._own = SecretStr(own_server) if own_server else None
        self._preferred = preferred
        self._base = base
        self._is_swept = False
        self._warm: dict[Binaries | None, asyncio.Task[Cluster]] = {}

    @asynccontextmanager
    async def cluster(self, *, major: int | None = None) -> AsyncGenerator[Cluster, None]:
        """Hold the warm server: of the wanted major if this machine has its programs.

        Raises:
            UnavailableError: no server can be started here, or the operator's is not reached.
        """
        if self._own is not None:
            yield await self._warm_cluster(None, partial(own_server, self._own, self._places()))
        else:
            binaries = await self._binaries(major)
            yield await self._warm_cluster(binaries, partial(self._start, binaries))

    @asynccontextmanager
    async def private_cluster(self, *, major: int | None = None) -> AsyncGenerator[Cluster, None]:
        """Hold a server of its own, for what reaches beyond one database, as roles do.

        Raises:
            RefusedError: the operator's own server is not ours to change.
        """
        if self._own is not None:
            raise RefusedError(
                "This creates or changes roles, which would stay on the operator's own server.",
                next_step="Leave the roles out, or have the operator unset `shadow`.",
            )
        cluster = await self._start(await self._binaries(major))
        try:
            yield cluster
        finally:
            await cluster.stop()

    @asynccontextmanager
    async def database(
        self, *, major: int | None = None, template: str = "template0", owner: str = ""
    ) -> AsyncGenerator[Database, None]:
        """Hold a fresh database in the warm server, dropped afterwards."""
        async with (
            self.cluster(major=major) as cluster,
            cluster.database(template=template, owner=owner) as database,
        ):
            yield database

    async def close(self) -> None:
        """Stop every warm server, and those that are being started."""
        starting = [*self._warm.values()]
        self._warm.clear()
        for task in starting:
            task.cancel()
        with anyio.CancelScope(shield=True):
            ended = await asyncio.gather(*starting, return_exceptions=True)
            await asyncio.gather(*(one.stop() for one in ended if isinstance(one, Cluster)))

    def _places(self) -> Iterator[Place]:
        return places(self._preferred)

    async def _binaries(self, major: int | None) -> Binaries:
        return await run_sync(lambda: find_binaries(self._places(), major=major))

    async def _warm_cluster(self, key: Binaries | None, start: _Start) -> Cluster:
        task = self._warm.get(key)
        if task is None or _is_lost(task):
            task = self._warm[key] = asyncio.create_task(_replace(task, start))
        # One cancelled caller must not take the server from the others that wait for it.
        return await asyncio.shield(task)

    async def _start(self, binaries: Binaries) -> Cluster:
        if not self._is_swept:
            self._is_swept = True
            account = server_account()
            await run_sync(sweep, self._base or temporary_folder(account), account)
        return await Cluster.start(binaries, self._cache, base=self._base)


async def _replace(lost: asyncio.Task[Cluster] | None, start: _Start) -> Cluster:
    if lost is not None and not lost.cancelled() and lost.exception() is None:
        await lost.result().stop()
    return await start()


def _is_lost(task: asyncio.Task[Cluster]) -> bool:
    if not task.done():
        return False
    return task.cancelled() or task.exception() is not None or not task.result().is_running
