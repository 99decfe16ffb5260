"""What tests of the tools run in, and a client of `load_test` over a workspace of its own."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from mcp import Client

from server.endpoint import registered
from server.runtime import Runtime, open_runtime
from server.sdk import Server
from server.settings import Settings, load_settings
from server.tools.load_test import TOOL


@pytest.fixture(scope="module")
async def runtime(settings: Settings) -> AsyncGenerator[Runtime, None]:
    """Open what a module's own `settings` say, once."""
    async with open_runtime(settings) as runtime:
        yield runtime


@pytest.fixture
def folder(runtime: Runtime) -> Path:
    """Return the workspace."""
    return runtime.settings.workspace[0]


@pytest.fixture
async def load_runtime(tmp_path: Path) -> AsyncGenerator[Runtime, None]:
    async with open_runtime(load_settings(workspace=[tmp_path])) as runtime:
        yield runtime


@pytest.fixture
async def load_client(load_runtime: Runtime) -> AsyncGenerator[Client, None]:
    server = Server(name="test", tools=[registered(TOOL, load_runtime)])
    async with Client(server) as client:
        yield client
