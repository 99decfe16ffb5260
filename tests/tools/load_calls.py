"""Calls of `load_test` through a real client."""

from typing import Any

from mcp import Client
from mcp.types import CallToolResult, TextContent


async def called(client: Client, **arguments: object) -> CallToolResult:
    return await client.call_tool("load_test", arguments)


def content(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, text_of(result)
    assert result.structured_content is not None
    return result.structured_content


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def url_of(port: int, path: str = "/") -> str:
    return f"http://127.0.0.1:{port}{path}"
