"""What clients are told before they use anything: what the signatures say, without loading them."""

import subprocess
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated

import pytest
from mcp import Client
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from pydantic import Field

from server.app import build
from server.endpoint import registered
from server.listing.files import FOLDER
from server.listing.signatures import described_prompt, described_tool, texts
from server.prompts import registry as prompts
from server.runtime import Runtime, open_runtime
from server.settings import load_settings
from server.tools import registry as tools
from server.tools.tool import Arguments, Report

START = """
import sys, anyio
from pathlib import Path
from mcp import Client
from server import commands, serving
from server.app import build
from server.runtime import Runtime
from server.settings import Settings
from server.workspace import Workspace

async def lists():
    commands.application(["serve"])
    async with Client(build(Runtime(Settings(), Workspace([Path(FOLDER)])))) as client:
        await client.list_tools(), await client.list_prompts(), await client.list_resources()

anyio.run(lists)
print(*sys.modules)
"""


@pytest.fixture
async def runtime(tmp_path: Path) -> AsyncGenerator[Runtime, None]:
    async with open_runtime(load_settings(workspace=[tmp_path])) as opened:
        yield opened


@pytest.mark.anyio
async def test_the_files_say_what_the_signatures_say(runtime: Runtime) -> None:
    written = {
        place.relative_to(FOLDER).as_posix(): place.read_text("utf-8")
        for place in FOLDER.rglob("*.json")
    }

    assert written == dict(texts(runtime)), "write them anew: make listing"


@pytest.mark.anyio
async def test_a_client_is_told_what_the_signatures_say(runtime: Runtime) -> None:
    async with Client(build(runtime)) as client:
        told = (await client.list_tools()).tools, (await client.list_prompts()).prompts

    assert told == (
        [described_tool(registered(tool, runtime)) for tool in tools.tools()],
        [described_prompt(prompt) for prompt in prompts.prompts()],
    )


def test_a_start_loads_no_tool_no_prompt_and_no_engine(tmp_path: Path) -> None:
    script = START.replace("FOLDER", repr(str(tmp_path)))
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    late = {
        *(f"server.tools.{name}" for name in tools.NAMES),
        *(f"server.prompts.{name}" for name in prompts.NAMES),
        *("server.engines", "asyncpg", "pglast", "numpy", "jinja2", "yaml"),
    }
    assert late & set(ran.stdout.split()) == set()


class Group(Arguments):
    """A group of arguments."""

    inner: Annotated[int, Field(description="inside")] = 0


class Word(Report):
    """A word."""

    word: str


async def say(group: Annotated[Group, Field(description="a group")]) -> Word:
    """Say a word."""
    return Word(word=str(group.inner))


def test_schemas_forbid_more_and_carry_no_derived_titles() -> None:
    told = described_tool(RegisteredTool.from_function(say, structured_output=True))

    assert told.input_schema["additionalProperties"] is False
    assert "title" not in str((told.input_schema, told.output_schema))
