"""The registered tools, in the order in which a project needs them."""

from importlib import import_module
from typing import Final

from server.tools.tool import Tool

NAMES: Final = (
    "recommend_profile",
    "analyze_schema",
    "generate_migration",
    "apply_migration",
    "load_test",
)


def tool(name: str) -> Tool:
    """Return a registered tool; this imports it, and what it needs."""
    found: Tool = import_module(f"server.tools.{name}").TOOL
    return found


def tools() -> tuple[Tool, ...]:
    """Return every registered tool."""
    return tuple(map(tool, NAMES))
