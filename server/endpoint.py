"""Tools and prompts as the SDK wants them: functions with their parameters and the SDK's own."""

import inspect
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import anyio.to_thread
from mcp.server.mcpserver import (
    AcceptedElicitation,
    Context,
    Elicit,
    ElicitationResult,
    Resolve,
    UserMessage,
)
from mcp.server.mcpserver.prompts.base import Prompt as RegisteredPrompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.types import (
    CallToolResult,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
    ToolAnnotations,
)
from pydantic import BaseModel

from server.listing.files import listed_prompt, listed_tool
from server.progress import progress
from server.prompts import registry as prompts
from server.prompts.prompt import GuideMessage, Message, TextMessage
from server.sdk import LateTool
from server.tools import registry as tools
from server.tools.tool import Call, Question, Report, Tool

if TYPE_CHECKING:
    from server.runtime import Runtime

_CONTEXT = "sdk_context"
_ANSWER = "sdk_answer"


def late_tool(name: str, runtime: "Runtime") -> LateTool:
    """Return a tool as the SDK wants it, which is imported by its first call."""
    return LateTool.of(listed_tool(name), lambda: registered(tools.tool(name), runtime))


def registered(tool: Tool, runtime: "Runtime") -> RegisteredTool:
    """Return a tool as the SDK wants it: schemas from its signature, texts from its reports."""
    return RegisteredTool.from_function(
        endpoint(tool, runtime),
        name=tool.name,
        title=tool.title,
        description=tool.description,
        annotations=ToolAnnotations(
            read_only_hint=tool.read_only,
            destructive_hint=tool.destructive,
            idempotent_hint=tool.idempotent,
            open_world_hint=tool.open_world,
        ),
        structured_output=True,
    )


def late_prompt(name: str) -> RegisteredPrompt:
    """Return a prompt as the SDK wants it, which is imported when it is first read.

    Every argument is optional, and guide sections are embedded as resources.
    """
    listed = listed_prompt(name)

    async def render(**given: str) -> list[UserMessage]:
        found = await anyio.to_thread.run_sync(prompts.prompt, name)
        return [_message(each) for each in found.run(**given)]

    return RegisteredPrompt(
        name=name,
        title=listed.title,
        description=listed.description,
        arguments=[
            PromptArgument(name=each.name, description=each.description)
            for each in listed.arguments or ()
        ],
        fn=render,
        context_kwarg=None,
    )


def _message(message: Message) -> UserMessage:
    match message:
        case TextMessage(text):
            return UserMessage(text)
        case GuideMessage(uri, text):
            contents = TextResourceContents(uri=uri, mime_type="text/markdown", text=text)
            return UserMessage(EmbeddedResource(resource=contents))


def endpoint(tool: Tool, runtime: "Runtime") -> Callable[..., Coroutine[Any, Any, CallToolResult]]:
    """Return the coroutine function that the SDK calls for a tool."""

    async def call(**given: Any) -> CallToolResult:  # ruff: ignore[any-type] - the SDK validated them
        context: Context = given.pop(_CONTEXT)
        answer = _accepted(given.pop(_ANSWER, None))
        async with progress(context) as stage:
            report = await tool.run(Call(runtime, stage, answer), **given)
        return as_result(report, runtime.workspace.root)

    own = list(tool.parameters)
    sdk = [_keyword(_CONTEXT, Context)]
    if tool.ask is not None or tool.inquire is not None:
        asked = Annotated[ElicitationResult[BaseModel], Resolve(_resolver(tool, own, runtime))]
        sdk.append(_keyword(_ANSWER, asked))
    _sign(call, [*own, *sdk], Annotated[CallToolResult, tool.report])
    return call


def _accepted(outcome: object) -> BaseModel | None:
    """Return what the user filled in; a declined question is the same as one never asked."""
    if not isinstance(outcome, AcceptedElicitation):
        return None
    # A resolver that had nothing to ask is delivered as an accepted `None`.
    return cast("AcceptedElicitation[Any]", outcome).data


def as_result(report: Report, root: Path) -> CallToolResult:
    """Return the text that stands alone, a link a file (below `root`), and the structured half."""
    links = [
        ResourceLink(uri=(root / file.path).as_uri(), name=file.path, description=file.purpose)
        for file in report.written
    ]
    return CallToolResult(
        content=[TextContent(text=report.text), *links],
        structured_content=report.model_dump(mode="json"),
    )


def _resolver(tool: Tool, own: list[inspect.Parameter], runtime: "Runtime") -> Callable[..., Any]:
    async def ask(**given: Any) -> BaseModel | Elicit[BaseModel] | None:  # ruff: ignore[any-type] - validated
        context: Context = given.pop(_CONTEXT)
        question = await _question(tool, runtime, given) if _can_ask(context) else None
        if question is None:
            return None
        return Elicit(question.message, question.form)

    ask.__name__ = f"ask_{tool.name}"
    _sign(ask, [*own, _keyword(_CONTEXT, Context)], BaseModel | Elicit[BaseModel] | None)
    return ask


async def _question(tool: Tool, runtime: "Runtime", given: dict[str, Any]) -> Question | None:
    if tool.inquire is not None:
        return await tool.inquire(runtime, **given)
    return tool.ask(**given) if tool.ask else None


def _can_ask(context: Context) -> bool:
    """Tell whether the client can put a form before its user."""
    capabilities = context.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    # A bare `elicitation: {}`, the only shape before modes existed, counts as form support.
    return elicitation is not None and (elicitation.form is not None or elicitation.url is None)


def _keyword(name: str, annotation: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def _sign(function: Callable[..., Any], accepted: list[inspect.Parameter], returns: object) -> None:
    """Give a catch-all function the signature that the SDK reads."""
    keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in accepted]
    signature = inspect.Signature(keywords, return_annotation=returns)
    annotations = {each.name: each.annotation for each in keywords}
    vars(function)["__signature__"] = signature
    function.__annotations__ = {**annotations, "return": returns}
