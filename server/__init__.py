"""One MCP server with the judgment and the hands of a senior backend engineer."""

from typing import Final

__version__: Final = "0.1.0"
