"""Start the server as a client would, walk the main job and print it for a person."""

import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from mcp import Client, StdioServerParameters
from mcp.types import GetPromptResult, TextContent, TextResourceContents
from rich.console import Console
from rich.markdown import Markdown

# One plausible product: a customer-facing service of a small TypeScript team.
ANSWERS: Final[tuple[Mapping[str, str], ...]] = (
    {"read_write_ratio": "80:20", "p99_qps": "120"},
    {"tenancy": "shared-multi-tenant", "compliance_controls": "tenant-isolation"},
    {"sync_model": "sync"},
    {"data_sensitivity": "pii"},
    {"pattern": "modular-monolith", "team_size": "9", "language": "typescript"},
    {"rpo": "15 min", "rto": "1 h"},
    {"slo": "99.9%", "error_budget_consumer": "head of product"},
)
RECOMMENDATION: Final[Mapping[str, Any]] = {
    "load": {"read_write_ratio": "80:20", "p99_qps": 120},
    "data": {
        "tenancy": "shared-multi-tenant",
        "data_sensitivity": "pii",
        "compliance_controls": ["tenant-isolation"],
    },
    "architecture": {
        "pattern": "modular-monolith",
        "sync_model": "sync",
        "language": "typescript",
    },
    "team": {"team_size": 9},
    "reliability": {
        "rpo": "15 min",
        "rto": "1 h",
        "slo": "99.9%",
        "error_budget_consumer": "head of product",
    },
}
GUIDE: Final = "guide://composition_map/schema"
SERVE: Final = "from server.__main__ import main; main()"


@dataclass(frozen=True, slots=True)
class Demo:
    """A connected client and the console that a person reads."""

    client: Client
    console: Console

    async def questions(self) -> None:
        """Walk the seven questions; the server picks the next one from what is answered."""
        given = dict[str, str]()
        for answers in ANSWERS:
            asked = await self.client.get_prompt("forcing_questions", given)
            self.console.print(f"[bold]{_title(asked)}")
            self.console.print(f"  answered: {', '.join(f'{k} = {v}' for k, v in answers.items())}")
            given |= answers

    async def recommendation(self) -> None:
        """Get the recommendation for those answers."""
        await self.tool("recommend_profile", RECOMMENDATION)

    async def guide(self) -> None:
        """Read one guide section."""
        read = await self.client.read_resource(GUIDE)
        (contents,) = read.contents
        if isinstance(contents, TextResourceContents):
            self.console.print(Markdown(contents.text))

    async def tool(self, name: str, arguments: Mapping[str, Any]) -> None:
        """Call a tool and print what a model would read."""
        self.console.print(f"[dim]tools/call {name} {dict(arguments)}")
        result = await self.client.call_tool(name, dict(arguments))
        text = "".join(part.text for part in result.content if isinstance(part, TextContent))
        if result.is_error:
            raise SystemExit(f"{name} failed: {text}")
        self.console.print(Markdown(text))


async def run_demo() -> None:
    """Run the demo in a folder of its own, which is removed afterwards."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="senior-backend-demo-") as folder:
        shutil.copy(Path(__file__).with_name("schema.sql"), folder)
        server = StdioServerParameters(
            command=sys.executable, args=["-c", SERVE, "serve"], cwd=folder
        )
        async with Client(server) as client:
            demo = Demo(client, console)
            tools = ", ".join(tool.name for tool in (await client.list_tools()).tools)
            console.rule("[bold]senior-backend, over stdio")
            console.print(f"protocol {client.protocol_version}; tools: {tools}")
            console.rule("The seven forcing questions")
            await demo.questions()
            console.rule("The recommendation")
            await demo.recommendation()
            console.rule(f"A guide section: {GUIDE}")
            await demo.guide()
            console.rule("A schema, loaded into a throw-away PostgreSQL and checked")
            await demo.tool("analyze_schema", {"source": "file:schema.sql"})


def _title(prompt: GetPromptResult) -> str:
    """Return the heading of the question that the prompt asks."""
    texts = (each.content.text for each in prompt.messages if isinstance(each.content, TextContent))
    lines = (line for text in texts for line in text.splitlines() if line.startswith("## "))
    return next(lines, "## no question").removeprefix("## ")
