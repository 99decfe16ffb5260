"""Time to an answered tools/list over stdio: ours beside a bare SDK server with one tool.

Prints CPU seconds of the server process (minimum and median) and the ratio of the medians;
the two take turns, so what else the machine does falls on both.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROUNDS = 15
BARE = """
from mcp.server import MCPServer
server = MCPServer("bare")
@server.tool()
async def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b
server.run("stdio")
"""
OURS = "from server.__main__ import main; main()"
MESSAGES: tuple[dict[str, Any], ...] = (
    {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25",
            "capabilities": {},
            "clientInfo": {"name": "benchmark", "version": "1"},
        },
    },
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
)


def measure(arguments: Sequence[str]) -> tuple[float, float]:
    """Return CPU and wall seconds from the start of the process to the answer."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the pipes were asked for")
        process.stdin.write("".join(json.dumps(each) + "\n" for each in MESSAGES))
        process.stdin.flush()
        answers = (json.loads(line) for line in process.stdout)
        next(answer for answer in answers if answer.get("id") == 2 and "result" in answer)
        wall = time.perf_counter() - started
        cpu = _cpu_seconds(process.pid)
        process.kill()
    return cpu, wall


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print both and their ratio."""
    bare, ours = list[tuple[float, float]](), list[tuple[float, float]]()
    for _ in range(ROUNDS):
        bare.append(measure(["-c", BARE]))
        ours.append(measure(["-c", OURS, "serve"]))
    for name, results in (("bare SDK server", bare), ("senior-backend", ours)):
        cpu, wall = zip(*results, strict=True)
        print(
            f"{name:16}  CPU min {min(cpu):.2f} s, median {statistics.median(cpu):.2f} s;"
            f"  wall min {min(wall):.2f} s, median {statistics.median(wall):.2f} s"
        )
    for index, unit in enumerate(("CPU", "wall")):
        ratio = statistics.median(each[index] for each in ours) / statistics.median(
            each[index] for each in bare
        )
        print(f"ratio of medians, {unit}: {ratio:.3f} (at most 1.15)")


if __name__ == "__main__":
    main()
