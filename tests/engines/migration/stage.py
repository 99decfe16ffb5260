"""A database in which a schema is made for a look, and taken back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Cluster
from server.engines.postgres.session import Isolation, Session


@dataclass(frozen=True, slots=True)
class Stage:
    """A server, and a session in an empty database of it."""

    cluster: Cluster
    session: Session

    async def catalog(self, *scripts: str) -> Catalog:
        """Return what the scripts make."""
        async with self.session.undone(isolation=Isolation.REPEATABLE_READ):
            for script in filter(None, scripts):
                await self.session.script(script)
            return await read_catalog(self.session)


@asynccontextmanager
async def on_stage(cluster: Cluster) -> AsyncGenerator[Stage, None]:
    """Hold a stage; a look takes a tenth of what a database of its own does."""
    async with (
        cluster.database() as database,
        await database.connect(
            settings={"search_path": "public"}, keeps_statements=True
        ) as session,
    ):
        yield Stage(cluster, session)
