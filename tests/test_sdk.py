"""The hardened server, through a real client of both protocol eras."""

import logging
from typing import Annotated, Literal

import pytest
from mcp import Client, MCPError
from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from server.errors import InvalidInputError, NotFoundError
from server.sdk import Server, compact_schema

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("era", ["auto", "legacy"])


class Inner(BaseModel):
    """A group with a title of its own, to prove that names survive."""

    title: str = "kept"


class Answer(BaseModel):
    """A structured result."""

    value: int


async def divide(
    number: Annotated[int, Field(description="the dividend", ge=0)],
    by: Annotated[str, Field(description="how", max_length=6)] = "fail",
) -> Answer:
    """Divide a number.

    The second line is indented in the source.
    """
    if by == "zero":
        return Answer(value=number // 0)
    if by == "refuse":
        raise InvalidInputError("7 cannot be divided.", next_step="Give 8.")
    return Answer(value=number)


def choose(topic: Annotated[str, Field(description="what about")] = "") -> str:
    """Choose a topic."""
    if topic == "boom":
        raise RuntimeError("secret of the prompt")
    return f"About {topic}"


def read(name: str) -> str:
    """Read one."""
    if name == "boom":
        raise RuntimeError("secret of the resource")
    raise NotFoundError(f"No thing {name!r}. Things: a, b.")


@pytest.fixture
def hardened() -> Server:
    server = Server(name="test")
    server.add_tool(divide, structured_output=True)
    server.prompt()(choose)
    server.resource("thing://{name}")(read)
    server.harden()
    return server


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


async def failure(server: Server, era: Era, **arguments: object) -> str:
    async with Client(server, mode=era) as client:
        result = await client.call_tool("divide", arguments)
    assert result.is_error
    return text_of(result)


@both_eras
async def test_an_unknown_argument_is_refused_by_name(hardened: Server, era: Era) -> None:
    assert "- bogus: unknown argument" in await failure(hardened, era, number=1, bogus="x")


@both_eras
async def test_a_wrong_value_is_named_but_never_repeated(hardened: Server, era: Era) -> None:
    told = await failure(hardened, era, number=1, by="hunter2-is-too-long")

    assert told.startswith("Invalid arguments for divide:\n- by: ")
    assert "hunter2" not in told
    assert "http" not in told


@both_eras
async def test_our_own_error_arrives_word_for_word(hardened: Server, era: Era) -> None:
    assert await failure(hardened, era, number=7, by="refuse") == "7 cannot be divided. Give 8."


@both_eras
async def test_the_unexpected_becomes_a_reference_and_its_traceback_is_logged(
    hardened: Server, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    told = await failure(hardened, era, number=7, by="zero")

    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert "ZeroDivisionError" in caplog.text
    assert "Zero" not in told
    assert f"reference {record.getMessage().split()[-1]}" in told


@both_eras
async def test_an_unknown_tool_is_answered_with_the_known_ones(hardened: Server, era: Era) -> None:
    async with Client(hardened, mode=era) as client:
        result = await client.call_tool("multiply", {})

    assert text_of(result) == "Unknown tool 'multiply'. Tools: divide."


@both_eras
async def test_schemas_forbid_more_and_carry_no_derived_titles(hardened: Server, era: Era) -> None:
    async with Client(hardened, mode=era) as client:
        (tool,) = (await client.list_tools()).tools

    assert tool.input_schema["additionalProperties"] is False
    assert "title" not in str((tool.input_schema, tool.output_schema))


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("nope", {}, "Unknown prompt 'nope'. Prompts: choose."),
        ("choose", {"bogus": "x"}, r"Unknown arguments bogus for choose. Valid: \['topic'\]"),
        ("choose", {"topic": "boom"}, r"Internal error in prompt choose \(reference"),
    ],
)
@both_eras
async def test_a_wrong_prompt_request_says_what_is_valid(
    hardened: Server, era: Era, name: str, arguments: dict[str, str], expected: str
) -> None:
    async with Client(hardened, mode=era) as client:
        with pytest.raises(MCPError, match=expected) as refused:
            await client.get_prompt(name, arguments)

    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("thing://zzz", "Things: a, b."), ("thing://boom", "Internal error in this resource")],
)
@both_eras
async def test_a_resource_that_is_not_there_is_answered_with_what_is(
    hardened: Server, era: Era, uri: str, expected: str
) -> None:
    async with Client(hardened, mode=era) as client:
        with pytest.raises(MCPError, match=expected) as refused:
            await client.read_resource(uri)

    assert "secret" not in str(refused.value)


def test_a_property_that_is_called_title_is_kept() -> None:
    schema = compact_schema(Inner.model_json_schema())

    assert schema["properties"] == {"title": {"default": "kept", "type": "string"}}
    assert "title" not in schema
