"""Every transport in both eras: lists, calls, progress and cancellation through a real client."""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal

import anyio
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.sse import sse_client
from mcp.types import TextContent

from server.tools.registry import tools as registered
from tests.process.conftest import StartHttp
from tests.process.processes import COMMAND, DEADLINE, LEFTOVER_DEADLINE, eventually, loaders

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
SLEEPER = "DO $$ BEGIN PERFORM pg_sleep(30); END $$;"
"""A schema file that keeps the server busy for as long as a test needs."""


@pytest.fixture(params=["stdio", "http", "sse"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> Era:
    return request.param


@pytest.fixture
def connect(
    transport: str, era: Era, workspace: Path, start_http: StartHttp
) -> AbstractAsyncContextManager[Client]:
    """Return a context manager that yields a connected client."""

    @asynccontextmanager
    async def connected() -> AsyncGenerator[Client, None]:
        if transport == "stdio":
            server = StdioServerParameters(command=COMMAND, args=["serve"], cwd=workspace)
            async with Client(server, mode=era) as client:
                yield client
            return
        with start_http(*["--sse"][: transport == "sse"]) as running:
            address = running.url if transport == "http" else sse_client(f"{running.root}/sse")
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
    connect: AbstractAsyncContextManager[Client], workspace: Path
) -> None:
    (workspace / "slow.sql").write_text(SLEEPER)
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
