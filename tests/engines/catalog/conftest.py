"""Databases to read, and what tests say about them."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow

CatalogOf = Callable[[str], Awaitable[Catalog]]


@pytest.fixture
async def database(shadow: Shadow) -> AsyncGenerator[Database, None]:
    async with shadow.database() as database:
        yield database


@pytest.fixture
def catalog_of(database: Database) -> CatalogOf:
    """Run statements in the test's database, and read it."""

    async def run_and_read(sql: str) -> Catalog:
        async with await database.connect(settings={"search_path": "public"}) as session:
            if sql:
                await session.script(sql)
            return await read_catalog(session)

    return run_and_read


@pytest.fixture(scope="session")
async def apart(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    """A server for what reaches beyond a database: roles, and the tablespace of some cases."""
    async with shadow.private_cluster() as cluster:
        async with await cluster.connect() as session:
            await session.script("SET allow_in_place_tablespaces = on")
            await session.script("CREATE TABLESPACE catalog_case LOCATION ''")
        yield cluster


@pytest.fixture(scope="session")
async def bench(apart: Cluster) -> AsyncGenerator[Session, None]:
    """A session to try things in and take them back."""
    async with await apart.connect(keeps_statements=True) as session:
        yield session
