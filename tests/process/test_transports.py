"""Every transport in both eras: lists, calls, progress and cancellation through a real client."""

import os
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.types import TextContent

from server.tools.registry import tools as registered
from tests.process.conftest import SCHEMA, HttpServer, answering
from tests.process.processes import COMMAND, DEADLINE, LEFTOVER_DEADLINE, eventually, loaders

# One worker runs these, and starts the server for the network once.
pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("transports")]
Era = Literal["auto", "legacy"]
SLEEPER = "DO $$ BEGIN PERFORM pg_sleep(30); END $$;"
"""A schema file that keeps the server busy for as long as a test needs."""


@pytest.fixture(params=["stdio", "http", "sse"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Generator[HttpServer, None, None]:
    """Start one server for streamable HTTP and legacy SSE."""
    folder = furnished(tmp_path_factory.mktemp("served"))
    with answering([COMMAND, "serve", "--http", "127.0.0.1:0", "--sse"], folder) as server:
        yield server


def furnished(folder: Path) -> Path:
    """Write the schemas of these tests into a folder."""
    (folder / "schema.sql").write_text(SCHEMA)
    (folder / "slow.sql").write_text(SLEEPER)
    return folder


@pytest.fixture
def connect(
    transport: str, era: Era, tmp_path: Path, served: HttpServer
) -> AbstractAsyncContextManager[Client]:
    """Return a context manager that yields a connected client."""

    @asynccontextmanager
    async def connected() -> AsyncGenerator[Client, None]:
        if transport == "stdio":
            folder = furnished(tmp_path)
            server = StdioServerParameters(command=COMMAND, args=["serve"], cwd=folder)
            async with Client(server, mode=era) as client:
                yield client
            return
        address = served.url if transport == "http" else sse_client(f"{served.root}/sse")
        async with Client(address, mode=era) as client:
            yield client

    return connected()


async def test_a_client_lists_calls_and_reads(
    connect: AbstractAsyncContextManager[Client], era: Era
) -> None:
    async with connect as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        result = await client.call_tool("analyze_schema", {"source": "file:schema.sql"})
        version = client.protocol_version

    assert tools == [tool.name for tool in registered()]
    assert not result.is_error
    assert version == ("2025-11-25" if era == "legacy" else "2026-07-28")


async def test_a_long_call_reports_progress_and_stops_when_the_client_gives_up(
    connect: AbstractAsyncContextManager[Client],
) -> None:
    stages, slept = list[str](), False
    # Fixtures of other tests may hold sessions of their own.
    already = {*loaders(os.getpid())}

    async def note(progress: float, total: float | None, message: str | None) -> None:
        stages.append(f"{progress} of {total}: {message}")

    async def analyze(client: Client) -> None:
        await client.call_tool(
            "analyze_schema", {"source": "file:slow.sql"}, progress_callback=note
        )

    async with connect as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(analyze, client)
            slept = await in_time(
                lambda: bool({*loaders(os.getpid())} - already) and len(stages) > 2
            )
            tasks.cancel_scope.cancel()
        stopped = await in_time(lambda: not {*loaders(os.getpid())} - already, LEFTOVER_DEADLINE)

    assert slept, stages
    assert stopped, {*loaders(os.getpid())} - already
    assert len(set(stages)) == len(stages)


async def in_time(condition: Callable[[], bool], seconds: float = DEADLINE) -> bool:
    return await anyio.to_thread.run_sync(eventually, condition, seconds)


async def test_the_text_of_a_result_stands_alone(
    connect: AbstractAsyncContextManager[Client],
) -> None:
    async with connect as client:
        result = await client.call_tool("analyze_schema", {"source": "file:schema.sql"})

    (text,) = [part.text for part in result.content if isinstance(part, TextContent)]
    assert "unindexed-foreign-key" in text
    assert "CREATE INDEX" in text
