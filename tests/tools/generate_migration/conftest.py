"""A client of the tool over a workspace with schemas."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from mcp import Client

from server.endpoint import registered
from server.runtime import Runtime
from server.sdk import Server
from server.settings import Settings, load_settings
from server.tools.generate_migration import TOOL
from tests.tools.generate_migration.calls import NEW, OLD, WITHOUT_NOTE


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Settings:
    workspace = tmp_path_factory.mktemp("workspace")
    for name, text in (("old", OLD), ("new", NEW), ("without_note", WITHOUT_NOTE)):
        (workspace / f"{name}.sql").write_text(text)
    return load_settings(workspace=[workspace], cache=cache)


@pytest.fixture
async def client(runtime: Runtime) -> AsyncGenerator[Client, None]:
    server = Server(name="test", tools=[registered(TOOL, runtime)])
    async with Client(server) as client:
        yield client
