"""The files of the listing: where each stands, and what it says."""

from pathlib import Path
from typing import Final

from mcp.types import Prompt, Tool

FOLDER: Final = Path(__file__).parent


def listed_tool(name: str) -> Tool:
    """Return a tool as `tools/list` shows it."""
    return Tool.model_validate_json((FOLDER / tool_file(name)).read_bytes())


def listed_prompt(name: str) -> Prompt:
    """Return a prompt as `prompts/list` shows it."""
    return Prompt.model_validate_json((FOLDER / prompt_file(name)).read_bytes())


def tool_file(name: str) -> str:
    """Return where the listing of a tool stands, below `FOLDER`."""
    return f"tools/{name}.json"


def prompt_file(name: str) -> str:
    """Return where the listing of a prompt stands, below `FOLDER`."""
    return f"prompts/{name}.json"
