"""Databases to read, and what tests say about them."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Database
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
async def bench(shadow: Shadow) -> AsyncGenerator[Session, None]:
    """A session to try things in; its server has the tablespace that no transaction makes."""
    async with shadow.private_cluster() as cluster, await cluster.connect() as session:
        await session.script("SET allow_in_place_tablespaces = on")
        await session.script("CREATE TABLESPACE catalog_case LOCATION ''")
        yield session
