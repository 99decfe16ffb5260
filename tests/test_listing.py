"""What clients are told before they use anything: what the signatures say, without loading them."""

import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from mcp import Client
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, Field

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

COMMAND = """
import sys
from server import commands

commands.application(["analyze-schema"])
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


def modules_after(script: str) -> set[str]:
    """Return what a process has loaded that ran a script which prints it."""
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(ran.stdout.split())


def test_a_start_loads_no_tool_no_prompt_and_no_engine(tmp_path: Path) -> None:
    loaded = modules_after(START.replace("FOLDER", repr(str(tmp_path))))

    late = {
        *(f"server.tools.{name}" for name in tools.NAMES),
        *(f"server.prompts.{name}" for name in prompts.NAMES),
        *("server.engines", "asyncpg", "pglast", "numpy", "jinja2", "yaml"),
    }
    assert late & loaded == set()


def test_a_command_loads_no_tool_but_its_own() -> None:
    loaded = modules_after(COMMAND)

    assert {name for name in tools.NAMES if f"server.tools.{name}" in loaded} == {"analyze_schema"}


Place = tuple[str | int, ...]


def groups(model: type[BaseModel], path: Place = ()) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """Yield where each group of a tool's arguments stands, and its names."""
    yield path, tuple(model.model_fields)
    for name, field in model.model_fields.items():
        inner = get_args(field.annotation) or (field.annotation,)
        for kind in inner:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from groups(kind, (*path, name, 0) if len(inner) > 1 else (*path, name))


def with_a_member(path: Place) -> dict[str, Any]:
    """Return arguments with an unknown member at a path."""
    whole: Any = {"bogus": "hunter2"}
    for name in reversed(path):
        whole = [whole] if name == 0 else {name: whole}
    return whole


@pytest.mark.anyio
@pytest.mark.parametrize("name", tools.NAMES)
async def test_an_unknown_argument_of_any_group_is_answered_with_the_valid_ones(
    runtime: Runtime, name: str
) -> None:
    model = registered(tools.tool(name), runtime).fn_metadata.arg_model
    wrong = {path: with_a_member(path) for path, _ in groups(model)}

    async with Client(build(runtime)) as client:
        told = {path: text_of(await client.call_tool(name, wrong[path])) for path in wrong}

    assert "hunter2" not in str(told)
    assert {path: told[path].partition("bogus: ")[2].splitlines()[0] for path in told} == {
        path: f"unknown argument; valid: {', '.join(names)}" for path, names in groups(model)
    }


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def in_words(model: type[BaseModel], schema: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each argument that no property stands for, with its default, beside its group."""
    for name, field in model.model_fields.items():
        inner = schema.get("properties", {}).get(name)
        if inner is None:
            default = str(field.default).lower().removesuffix(".0")
            yield f"{name}: {default}", str(schema)
        elif isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from in_words(field.annotation, inner)


@pytest.mark.anyio
async def test_what_stands_in_words_is_there_with_its_default(runtime: Runtime) -> None:
    made = [registered(tool, runtime) for tool in tools.tools()]
    told = [
        each
        for tool in made
        for each in in_words(tool.fn_metadata.arg_model, described_tool(tool).input_schema)
    ]

    assert len(told) > 1
    assert [(wanted, words) for wanted, words in told if wanted not in words] == []


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
