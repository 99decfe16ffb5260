"""Our subclass of the SDK's server, and the only code that touches the SDK's private parts."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import anyio
from mcp import MCPError
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import (
    ResourceNotFoundError,
    ToolError,
    UnexpectedResourceError,
    UnexpectedToolError,
)
from mcp.types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CallToolResult,
    GetPromptResult,
    InputRequiredResult,
)
from pydantic import AnyUrl, ValidationError

from server.errors import BackendError
from server.logs import request_scope

log = logging.getLogger(__name__)

_TICK = 0.5  # seconds between two progress notifications


class Server(MCPServer):
    """The SDK's server with errors that help the caller and tell an attacker nothing."""

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; every failure becomes words for the caller in this one place.

        Raises:
            ToolError: with our own message, the wrong arguments, or a reference id.
        """
        known = [tool.name for tool in self._tool_manager.list_tools()]
        if name not in known:
            raise ToolError(f"Unknown tool {name[:64]!r}. Tools: {', '.join(known)}.")
        with request_scope(_request_id(context)):
            try:
                return await super().call_tool(name, arguments, context)
            except ToolError as error:
                raise ToolError(_tool_failure(name, error)) from None

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
            raise MCPError(INVALID_PARAMS, f"Unknown prompt {name[:64]!r}. Prompts: {valid}.")
        valid = [argument.name for argument in prompt.arguments or []]
        unknown = sorted(set(arguments or {}) - set(valid))
        if unknown:
            raise MCPError(
                INVALID_PARAMS,
                f"Unknown arguments {', '.join(unknown)[:200]} for {name}. Valid: {valid}.",
            )
        with request_scope(_request_id(context)):
            try:
                return await super().get_prompt(name, arguments, context)
            except ValueError as error:
                raise _protocol_failure(f"prompt {name}", _root(error)) from None

    async def read_resource(
        self, uri: AnyUrl | str, context: Context | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Read a resource; what is not there is said with what is.

        Raises:
            ResourceNotFoundError: with the names that exist.
            MCPError: an internal error with a reference id.
        """
        with request_scope(_request_id(context)):
            try:
                return await super().read_resource(uri, context)
            except UnexpectedResourceError as error:
                cause = _root(error)
                if isinstance(cause, BackendError):
                    raise ResourceNotFoundError(str(cause)) from None
                raise _protocol_failure("this resource", cause) from None

    def harden(self) -> None:
        """Refuse unknown arguments, hide values in errors, drop titles; call once, last."""
        for tool in self._tool_manager.list_tools():
            model = tool.fn_metadata.arg_model
            model.model_config["extra"] = "forbid"
            model.model_config["hide_input_in_errors"] = True
            model.model_rebuild(force=True)
            schema = model.model_json_schema(by_alias=True)
            tool.parameters = compact_schema({**schema, "additionalProperties": False})
            output = tool.fn_metadata.output_schema
            if output is not None:
                tool.fn_metadata.output_schema = compact_schema(output, _EXPLAINING)


_DERIVED: Final = frozenset({"title"})
"""What pydantic derives from names, and no reader needs."""
_EXPLAINING: Final = frozenset({"title", "description", "default", "examples"})
"""What a result's schema can do without: the result itself shows it."""


def compact_schema(schema: Mapping[str, Any], without: frozenset[str] = _DERIVED) -> dict[str, Any]:
    """Return a JSON Schema without some keywords; a property may still be called like one.

    The values of groups and choices say what their classes' docstrings would say again.
    """
    dropped = without | {"description"} if "enum" in schema else without
    return {
        keyword: _compact_members(value, without)
        if keyword in {"properties", "$defs"}
        else _compact(value, without)
        for keyword, value in schema.items()
        if keyword not in dropped and not (keyword == "default" and isinstance(value, dict))
    }


def _compact_members(members: Mapping[str, Any], without: frozenset[str]) -> dict[str, Any]:
    return {name: _compact(member, without) for name, member in members.items()}


def _compact(value: object, without: frozenset[str]) -> object:
    if isinstance(value, dict):
        return compact_schema(cast("dict[str, Any]", value), without)
    if isinstance(value, list):
        return [_compact(item, without) for item in cast("list[object]", value)]
    return value


def _request_id(context: Context | None) -> str:
    try:
        return context.request_id if context is not None else "-"
    except ValueError:  # a call made inside the process has no request
        return "-"


def _root(error: BaseException) -> BaseException:
    return error if error.__cause__ is None else _root(error.__cause__)


def _tool_failure(name: str, error: ToolError) -> str:
    cause = error.__cause__
    if isinstance(cause, BackendError):
        return str(cause)
    if isinstance(error, UnexpectedToolError):
        reference = _log_unexpected(f"tool {name}", _root(error))
        return (
            f"Internal error in {name} (reference {reference}): a fault of the server, not of "
            "your arguments. Do not retry unchanged; its log has the details under the reference."
        )
    if isinstance(cause, ValidationError):
        return f"Invalid arguments for {name}:\n" + "\n".join(complaints(cause))
    return str(cause or error)


def complaints(error: ValidationError) -> list[str]:
    """Return one line an invalid argument: its path and what is wrong, never its value."""
    return [
        f"- {'.'.join(str(part) for part in item['loc']) or 'arguments'}: {_words(item)}"
        for item in error.errors(include_input=False, include_url=False)
    ]


def _words(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "unknown argument; see the input schema for the valid ones"
    return str(item["msg"]).removeprefix("Value error, ")


def _protocol_failure(what: str, cause: BaseException) -> MCPError:
    if isinstance(cause, BackendError):
        return MCPError(INVALID_PARAMS, str(cause))
    if isinstance(cause, ValidationError):
        return MCPError(INVALID_PARAMS, "\n".join(complaints(cause)))
    reference = _log_unexpected(what, cause)
    return MCPError(INTERNAL_ERROR, f"Internal error in {what} (reference {reference}).")


def _log_unexpected(what: str, cause: BaseException) -> str:
    reference = uuid.uuid4().hex[:8]
    log.error("%s failed unexpectedly, reference %s", what, reference, exc_info=cause)
    return reference


@asynccontextmanager
async def progress(context: Context) -> AsyncGenerator[Callable[[str], None], None]:
    """Tell the client at least twice a second which stage a call is in, until the block ends."""
    stage = "starting"
    started = anyio.current_time()

    def enter(text: str) -> None:
        nonlocal stage
        stage = text

    async def tell() -> None:
        while True:
            elapsed = round(anyio.current_time() - started, 3)
            await context.report_progress(elapsed, None, f"{stage} ({elapsed:.1f} s)")
            await anyio.sleep(_TICK)

    ticker = asyncio.create_task(tell())
    try:
        yield enter
    finally:
        ticker.cancel()
        await asyncio.gather(ticker, return_exceptions=True)


def can_ask(context: Context) -> bool:
    """Tell whether the client can put a form before its user."""
    capabilities = context.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    # A bare `elicitation: {}`, the only shape before modes existed, counts as form support.
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)
