"""Our subclass of the SDK's server, and the only code that touches the SDK's private parts."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from threading import Lock
from typing import Any, Self

import anyio
import anyio.to_thread
from mcp import MCPError
from mcp.server import CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import (
    ResourceNotFoundError,
    ToolError,
    UnexpectedResourceError,
    UnexpectedToolError,
)
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_PARAMS,
    CallToolResult,
    Completion,
    GetPromptResult,
    InputRequiredResult,
)
from mcp.types import Tool as ListedTool
from pydantic import AnyUrl, BaseModel, Field, ValidationError
from typing_extensions import override

from server.failures import message_in, names_at, shown_name
from server.logs import request_scope
from server.wire_errors import protocol_failure, tool_failure
from server.wire_text import sendable

# The SDK makes a model of every tool's signature; all of them inherit this.
ArgModelBase.model_config.update(extra="forbid", hide_input_in_errors=True)


_MAKING = Lock()
"""Held while a tool is made: threads that import the same modules at once may see half of one."""


class LateTool(RegisteredTool):
    """A tool that clients are told of from the start, and that is made by its first call.

    `fn` makes it: it takes nothing and returns the tool as it was registered.
    """

    made: RegisteredTool | None = Field(default=None, exclude=True)
    """The tool as it was registered, once it was called."""

    @classmethod
    def of(cls, listed: ListedTool, make: Callable[[], RegisteredTool]) -> Self:
        """Take what clients are told, and what makes the tool."""
        return cls(
            fn=make,
            name=listed.name,
            title=listed.title,
            description=listed.description or "",
            parameters=listed.input_schema,
            fn_metadata=FuncMetadata(arg_model=ArgModelBase, output_schema=listed.output_schema),
            is_async=True,
            context_kwarg=None,
            annotations=listed.annotations,
        )

    @override
    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,
    ) -> Any:
        """Run the tool, made before if this is its first call.

        Raises:
            UnexpectedToolError: it could not be made; otherwise as its own `run`.
        """
        made = self.made or await self._made_in_a_thread()
        return await made.run(arguments, context, convert_result)

    async def _made_in_a_thread(self) -> RegisteredTool:
        """Make the tool; what it imports takes longer than the event loop may stand still."""
        try:
            return await anyio.to_thread.run_sync(self._make)
        except Exception as error:
            raise UnexpectedToolError(f"{self.name} could not be made") from error

    def _make(self) -> RegisteredTool:
        with _MAKING:
            made = self.made or self.fn()
            self.made = made
        return made


class Server(MCPServer):
    """The SDK's server with errors that help the caller and tell an attacker nothing."""

    def __init__(  # ruff: ignore[too-many-arguments] - one parameter a fact
        self,
        name: str,
        *,
        title: str | None = None,
        instructions: str | None = None,
        version: str = "",
        cache_hints: Mapping[Any, CacheHint] | None = None,
        tools: Sequence[RegisteredTool] = (),
    ) -> None:
        """Take what clients are told of the server."""
        super().__init__(
            name=name,
            title=title,
            instructions=instructions,
            version=version,
            cache_hints=cache_hints,
            tools=[*tools],
            middleware=[_answer],
        )
        self._calls: dict[anyio.CancelScope, anyio.Event] = {}

    @override
    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; every failure becomes words for the caller in this one place.

        Raises:
            ToolError: with our own message, the wrong arguments, or a reference id.
        """
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            known = ", ".join(each.name for each in self._tool_manager.list_tools())
            raise ToolError(f"Unknown tool {shown_name(name)!r}. Tools: {known}.")
        async with self._call():
            try:
                return await super().call_tool(name, arguments, context)
            except ToolError as error:
                known_at = partial(names_at, _model(tool))
                raise ToolError(tool_failure(name, error, known_at)) from None
            except MCPError as error:
                raise ToolError(
                    f"The question to the user failed ({error.message[:200]}). "
                    "Give the answers as arguments."
                ) from None

    @asynccontextmanager
    async def _call(self) -> AsyncGenerator[None, None]:
        """Let `stop_calls` cancel what the block does."""
        ended = anyio.Event()
        with anyio.CancelScope() as scope:
            self._calls[scope] = ended
            try:
                yield
            finally:
                del self._calls[scope]
                ended.set()
        if scope.cancelled_caught:
            raise ToolError("The server is stopping, and this call was canceled.")

    async def stop_calls(self) -> None:
        """Cancel every call that runs, and return when each has cleaned up."""
        for scope, ended in [*self._calls.items()]:
            scope.cancel()
            await ended.wait()

    @override
    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context | None = None,
    ) -> GetPromptResult | InputRequiredResult:
        """Render a prompt; a wrong name or argument is an invalid parameter, said by name.

        Raises:
            MCPError: invalid parameters with the valid ones, or a reference id.
        """
        prompt = self._prompt_manager.get_prompt(name)
        if prompt is None:
            valid = ", ".join(each.name for each in self._prompt_manager.list_prompts())
            raise MCPError(
                INVALID_PARAMS, f"Unknown prompt {shown_name(name)!r}. Prompts: {valid}."
            )
        valid = [argument.name for argument in prompt.arguments or []]
        unknown = sorted(set(arguments or {}) - set(valid))
        if unknown:
            raise MCPError(
                INVALID_PARAMS,
                f"Unknown argument {shown_name(unknown[0])!r} of {name}. "
                f"Arguments: {', '.join(valid)}.",
            )
        try:
            return await super().get_prompt(name, arguments, context)
        except ValueError as error:
            # The SDK wraps what a prompt raised twice.
            wrapped = error.__cause__ or error
            raise protocol_failure(f"prompt {name}", wrapped.__cause__ or wrapped) from None

    @override
    async def read_resource(
        self, uri: AnyUrl | str, context: Context | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; what is not there is said with what is.

        Raises:
            ResourceNotFoundError: with the names that exist.
            MCPError: an internal error with a reference id.
        """
        try:
            return await super().read_resource(uri, context)
        except UnexpectedResourceError as error:
            message = message_in(error.__cause__)
            if message is not None:
                raise ResourceNotFoundError(str(message)) from None
            raise protocol_failure("this resource", error.__cause__ or error) from None

    def complete_with(self, complete: Callable[..., Awaitable[Completion]]) -> None:
        """Answer completions by `complete(ref, argument, context)`."""

        @self.completion()
        async def handler(*asked: Any) -> Completion:  # ruff: ignore[any-type] - passed on as they are
            try:
                return await complete(*asked)
            except Exception as error:  # ruff: ignore[blind-except] - the one place for what nobody expected
                raise protocol_failure("this completion", error) from None

        del handler

    async def speak(self, at_end: Callable[[], None]) -> None:
        """Speak on stdin and stdout until the client leaves and the calls in flight were canceled.

        `at_end` is called when it has left. This may return late: a call that cannot be canceled
        still runs then, or a thread of the SDK still waits for a line that will never come.
        """
        async with stdio_server() as (heard, spoken):
            relay, relayed = anyio.create_memory_object_stream[SessionMessage | Exception]()

            async def listen() -> None:
                async with relay:
                    async for message in heard:
                        await relay.send(message)
                at_end()

            served = self._lowlevel_server
            try:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(listen)
                    await served.run(relayed, spoken, served.create_initialization_options())
            finally:
                at_end()


def _model(tool: RegisteredTool) -> type[BaseModel]:
    """Return the model that a tool's arguments are validated with, after it was called."""
    registered = tool.made if isinstance(tool, LateTool) else tool
    return (registered or tool).fn_metadata.arg_model


async def _answer(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Stamp the log with the request, and let nothing out that cannot travel or tells too much."""
    with request_scope(str(ctx.request_id or "-")):
        try:
            return sendable(await call_next(ctx))
        except MCPError as error:
            message = sendable(error.message)
            raise MCPError(error.code, message, sendable(error.data)) from None
        except ValidationError:
            raise  # the SDK answers: invalid parameters, without a word of them
        except Exception as error:  # ruff: ignore[blind-except] - the one place for what nobody expected
            raise protocol_failure(f"the answer to {ctx.method}", error) from None
