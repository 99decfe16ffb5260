"""Copies of a loaded schema: same contents, same owner, dropped afterwards."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.engines.catalog.reread import Rereader
from server.engines.migration.boundary import boundary_share
from server.engines.migration.proof.ground import Ground
from server.engines.postgres.cluster import Database
from server.engines.postgres.loading.loader_role import LoaderRole
from server.engines.postgres.session import Session

_LOCK_WAIT = "10s"


@dataclass(frozen=True, slots=True)
class Clone:
    """A copy that may be changed, and two sessions in it.

    `superuser` watches and reads the catalog; it must not run code of the schema. `worker` is
    the powerless role that runs what the schema's author wrote.
    """

    database: Database
    role: LoaderRole
    superuser: Session
    worker: Session
    superuser_settings: Mapping[str, str]

    async def connect(self) -> Session:
        """Open one more session of the superuser."""
        return await self.database.connect(settings=self.superuser_settings)


def rereader_of(clone: Clone) -> Rereader:
    """Return what tells the boundary that the clone stands at, as often as it is asked."""
    return Rereader(clone.superuser, boundary_share)


@asynccontextmanager
async def cloned(
    ground: Ground, *, time_zone: str = "UTC", statement_seconds: float = 60.0
) -> AsyncGenerator[Clone, None]:
    """Hold a copy of the schema; `time_zone` decides what some changes of a type do."""
    cluster, settings = ground.database.cluster, ground.superuser_settings
    worker_settings = {
        "client_min_messages": "error",
        "lock_timeout": _LOCK_WAIT,
        "search_path": '"$user", public',
        "statement_timeout": f"{round(statement_seconds * 1000)}ms",
        "timezone": time_zone,
    }
    async with (
        cluster.database(template=ground.database.name, owner=ground.role.owner) as database,
        await database.connect(
            settings={**settings, "lock_timeout": _LOCK_WAIT}, keeps_statements=True
        ) as superuser,
        ground.role.session(database.name, worker_settings) as worker,
    ):
        yield Clone(database, ground.role, superuser, worker, settings)
