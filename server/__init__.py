"""One MCP server with the judgment and the hands of a senior backend engineer."""
