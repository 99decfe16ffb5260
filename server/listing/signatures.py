"""What the files of the listing say, from the signatures of tools and prompts."""

import inspect
import json
from collections.abc import Iterator

from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.types import Prompt as ListedPrompt
from mcp.types import PromptArgument
from mcp.types import Tool as ListedTool
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from server.endpoint import registered
from server.listing.files import prompt_file, tool_file
from server.prompts.prompt import Prompt
from server.prompts.registry import prompts
from server.runtime import Runtime
from server.schemas import input_schema, output_schema
from server.tools.registry import tools


def texts(runtime: Runtime) -> Iterator[tuple[str, str]]:
    """Yield every file of the listing: where it stands, and its text."""
    for tool in tools():
        yield tool_file(tool.name), _text(described_tool(registered(tool, runtime)))
    for prompt in prompts():
        yield prompt_file(prompt.name), _text(described_prompt(prompt))


def described_tool(tool: RegisteredTool) -> ListedTool:
    """Return a tool as clients are told of it, its schemas short."""
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=input_schema(tool.parameters),
        output_schema=output_schema(tool.output_schema or {}),
        annotations=tool.annotations,
    )


def described_prompt(prompt: Prompt) -> ListedPrompt:
    """Return a prompt as clients are told of it, every argument optional."""
    # The SDK would build a model of the signature, only to read the arguments' descriptions off it.
    parameters = inspect.signature(prompt.run, eval_str=True).parameters.values()
    return ListedPrompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            PromptArgument(name=each.name, description=_description(each), required=False)
            for each in parameters
        ],
    )


def _description(parameter: inspect.Parameter) -> str | None:
    return FieldInfo.from_annotation(parameter.annotation).description


def _text(listed: BaseModel) -> str:
    wire = listed.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(wire, indent=1, ensure_ascii=False) + "\n"
