"""The hardened server, through a real client of both protocol eras."""

import logging
from typing import Annotated, Literal

import anyio
import pytest
from mcp import Client, MCPError
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.types import (
    CallToolResult,
    Completion,
    CompletionArgument,
    ResourceTemplateReference,
    TextContent,
    Tool,
)
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from server.errors import InvalidInputError, NotFoundError
from server.sdk import LateTool, Server

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("era", ["auto", "legacy"])


class Group(BaseModel):
    """A group of arguments."""

    model_config = ConfigDict(extra="forbid")

    inner: int = 0


class Answer(BaseModel):
    """A structured result."""

    value: int


def caused(error: Exception, by: Exception) -> Exception:
    error.__cause__ = by
    return error


SAID = "postgres://u:hunter2@h/d is no source."
REFUSAL = InvalidInputError("7 cannot be divided.", next_step="Give 8.")
FAILURES: dict[str, Exception] = {
    "zero": caused(ZeroDivisionError("secret outside"), KeyError("secret inside")),
    "refuse": REFUSAL,
    "echo": InvalidInputError(SAID),
    "caused": caused(InvalidInputError("7 cannot be divided."), KeyError("secret")),
    "group": ExceptionGroup("tasks", [REFUSAL]),
    "nested": ExceptionGroup("tasks", [ExceptionGroup("tasks", [REFUSAL])]),
    "mixed": ExceptionGroup("tasks", [REFUSAL, RuntimeError("secret")]),
}


async def divide(
    number: Annotated[int, Field(description="the dividend", ge=0)],
    by: Annotated[str, Field(description="how", max_length=6)] = "fail",
    group: Annotated[Group, Field(description="a group")] = Group(),  # ruff: ignore[function-call-in-default-argument] - frozen by use
) -> Answer:
    """Divide a number.

    The second line is indented in the source.
    """
    if by in FAILURES:
        raise FAILURES[by]
    return Answer(value=number + group.inner)


def choose(topic: Annotated[str, Field(description="what about")] = "") -> str:
    """Choose a topic."""
    if topic == "boom":
        raise caused(RuntimeError("secret of the prompt"), KeyError("secret"))
    if topic == "odd":
        raise caused(InvalidInputError("Not that topic."), KeyError("secret"))
    return f"About {topic}"


def read(name: str) -> str:
    """Read one."""
    if name == "boom":
        raise caused(RuntimeError("secret of the resource"), KeyError("secret"))
    raise caused(NotFoundError(f"No thing {name!r}. Things: a, b."), KeyError("secret"))


async def complete(ref: object, argument: CompletionArgument, context: object) -> Completion:
    del ref, context
    if argument.value == "boom":
        raise RuntimeError("secret of the completion")
    return Completion(values=[argument.value])


@pytest.fixture
def hardened() -> Server:
    server = Server(name="test")
    server.add_tool(divide, structured_output=True)
    server.prompt()(choose)
    server.resource("thing://{name}")(read)
    server.complete_with(complete)
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
async def test_an_unknown_argument_of_a_group_is_answered_with_the_valid_ones(
    hardened: Server, era: Era
) -> None:
    told = await failure(hardened, era, number=1, group={"bogus": "hunter2"})

    assert told.endswith("- group.bogus: unknown argument; valid: inner")


@pytest.mark.parametrize("by", ["refuse", "group", "nested"])
@both_eras
async def test_our_own_error_arrives_word_for_word(hardened: Server, era: Era, by: str) -> None:
    assert await failure(hardened, era, number=7, by=by) == "7 cannot be divided. Give 8."


@both_eras
async def test_an_address_that_an_error_repeats_loses_its_password(
    hardened: Server, era: Era
) -> None:
    told = await failure(hardened, era, number=7, by="echo")

    assert told == "postgres://[redacted]@h/d is no source."


@both_eras
async def test_what_caused_our_own_error_does_not_hide_it(hardened: Server, era: Era) -> None:
    assert await failure(hardened, era, number=7, by="caused") == "7 cannot be divided."


@both_eras
async def test_a_bug_beside_our_own_error_stays_a_bug(hardened: Server, era: Era) -> None:
    told = await failure(hardened, era, number=7, by="mixed")

    assert told.startswith("Internal error in divide (reference ")
    assert "secret" not in told


@both_eras
async def test_the_unexpected_becomes_a_reference_and_its_traceback_is_logged(
    hardened: Server, era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    told = await failure(hardened, era, number=7, by="zero")

    (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert "ZeroDivisionError: secret outside" in caplog.text
    assert "KeyError: 'secret inside'" in caplog.text
    assert "Zero" not in told
    assert "secret" not in told
    assert f"reference {record.getMessage().split()[-1]}" in told


@both_eras
async def test_an_unknown_tool_is_answered_with_the_known_ones(hardened: Server, era: Era) -> None:
    async with Client(hardened, mode=era) as client:
        result = await client.call_tool("multiply", {})

    assert text_of(result) == "Unknown tool 'multiply'. Tools: divide."


class Making:
    """What makes a tool, and notes how often; at first it may fail."""

    def __init__(self, *, fails: int = 0) -> None:
        self.times = 0
        self._fails = fails

    def __call__(self) -> RegisteredTool:
        self.times += 1
        if self.times <= self._fails:
            raise ImportError("secret of the import")
        return RegisteredTool.from_function(divide, structured_output=True)

    def server(self) -> Server:
        listed = Tool(name="divide", description="Divide.", input_schema={"type": "object"})
        return Server(name="test", tools=[LateTool.of(listed, self)])


@both_eras
async def test_a_late_tool_is_listed_without_being_made(era: Era) -> None:
    making = Making()

    async with Client(making.server(), mode=era) as client:
        (tool,) = (await client.list_tools()).tools

    assert (tool.name, tool.description, making.times) == ("divide", "Divide.", 0)


@both_eras
async def test_first_calls_at_once_make_a_late_tool_once(era: Era) -> None:
    making, values = Making(), list[object]()

    async with Client(making.server(), mode=era) as client:

        async def call(number: int) -> None:
            result = await client.call_tool("divide", {"number": number})
            values.append(result.structured_content)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, 1)
            tasks.start_soon(call, 1)

    assert values == [{"value": 1}, {"value": 1}]
    assert making.times == 1


@both_eras
async def test_a_late_tool_that_cannot_be_made_tells_a_reference_and_is_tried_again(
    era: Era, caplog: pytest.LogCaptureFixture
) -> None:
    server = Making(fails=1).server()

    told = await failure(server, era, number=1)
    async with Client(server, mode=era) as client:
        again = await client.call_tool("divide", {"number": 1})

    assert told.startswith("Internal error in divide (reference ")
    assert "secret" not in told
    assert "ImportError: secret of the import" in caplog.text
    assert again.structured_content == {"value": 1}


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("nope", {}, "Unknown prompt 'nope'. Prompts: choose."),
        ("choose", {"bogus": "x"}, r"Unknown argument 'bogus' of choose\. Arguments: topic\."),
        ("choose", {"topic": "odd"}, r"^Not that topic\.$"),
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


@both_eras
async def test_a_completion_that_fails_tells_a_reference_and_nothing_else(
    hardened: Server, era: Era
) -> None:
    reference = ResourceTemplateReference(type="ref/resource", uri="thing://{name}")
    async with Client(hardened, mode=era) as client:
        with pytest.raises(MCPError, match=r"^Internal error in this completion \(reference \w+"):
            await client.complete(reference, argument={"name": "name", "value": "boom"})


class Broken(Server):
    """A server whose list fails, which the SDK would tell clients of the older era."""

    @override
    async def list_tools(self) -> list[Tool]:
        raise RuntimeError("secret of the list")


@both_eras
async def test_what_fails_outside_of_tools_tells_a_reference_and_nothing_else(era: Era) -> None:
    async with Client(Broken(name="test"), mode=era) as client:
        with pytest.raises(MCPError, match=r"^Internal error in the answer to tools/list"):
            await client.list_tools()


class Waiting:
    """A tool that waits until it is canceled, and notes how it ended."""

    def __init__(self) -> None:
        self.began = anyio.Event()
        self.ended = list[str]()

    async def wait(self) -> Answer:
        """Wait."""
        self.began.set()
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            self.ended.append("canceled")
            raise
        return Answer(value=0)


@pytest.fixture
def waiting(hardened: Server) -> Waiting:
    tool = Waiting()
    hardened.add_tool(tool.wait, structured_output=True)
    return tool


@both_eras
async def test_a_call_that_its_client_cancels_is_canceled(
    hardened: Server, era: Era, waiting: Waiting
) -> None:
    async with Client(hardened, mode=era) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(client.call_tool, "wait")
        await waiting.began.wait()
        tasks.cancel_scope.cancel()
    async with anyio.create_task_group():
        await anyio.wait_all_tasks_blocked()

    assert waiting.ended == ["canceled"]


@both_eras
async def test_a_server_that_stops_cancels_its_calls_and_says_so(
    hardened: Server, era: Era, waiting: Waiting
) -> None:
    told = list[str]()

    async with Client(hardened, mode=era) as client:

        async def call() -> None:
            told.append(text_of(await client.call_tool("wait", {})))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call)
            await waiting.began.wait()
            await hardened.stop_calls()

    assert waiting.ended == ["canceled"]
    assert told == ["The server is stopping, and this call was canceled."]
