"""Schemas, and calls of the tool with what they answer."""

from typing import Any

from mcp import Client
from mcp.types import CallToolResult, TextContent

OLD = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL, total integer NOT NULL, note text
);
"""
NEW = """
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, email text UNIQUE);
CREATE TABLE orders (
  id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id),
  total bigint NOT NULL, note text
);
CREATE INDEX orders_customer ON orders (customer_id);
"""
WITHOUT_NOTE = OLD.replace(", note text", "")


async def generated(
    client: Client, source: str, target: str, *, folder: str = "", **more: object
) -> CallToolResult:
    output = {"folder": folder, **({"format": more.pop("format")} if "format" in more else {})}
    given = {"source": source, "target": target, "without_decision": True, "output": output}
    return await client.call_tool("generate_migration", {**given, **more})


async def judged(client: Client, migration: str, **more: object) -> CallToolResult:
    given = {"source": "file:old.sql", "migration": migration, "without_decision": True}
    return await client.call_tool("generate_migration", {**given, **more})


def text_of(result: CallToolResult) -> str:
    return "".join(part.text for part in result.content if isinstance(part, TextContent))


def told(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content is not None, text_of(result)
    return result.structured_content
