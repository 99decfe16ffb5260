"""The question flow and the workflows, as MCP prompts."""
