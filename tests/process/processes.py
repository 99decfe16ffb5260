"""Real processes of the installed command, watched by their own ids."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

ODD_SERVER = (sys.executable, str(Path(__file__).with_name("odd_server.py")))
COMMAND = str(Path(sys.executable).with_name("senior-backend"))
DEADLINE = 60.0  # seconds that a loaded machine may need for what takes one
# A connection for each request, and one client for all: making one reads every certificate that
# this machine trusts.
WEB = httpx2.Client(limits=httpx2.Limits(max_keepalive_connections=0))
LEFTOVER_DEADLINE = 2.0  # seconds after which nothing of a server may be left

INITIALIZE: Mapping[str, Any] = {
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
BODY: Mapping[str, Any] = {"jsonrpc": "2.0", "id": 1, **INITIALIZE}
HEADERS: Mapping[str, str] = {
    "Accept": "application/json, text/event-stream",
    "Content-Type": "application/json",
}
ANALYZE: Mapping[str, Any] = {
    "method": "tools/call",
    "params": {"name": "analyze_schema", "arguments": {"source": "file:schema.sql"}},
}


@dataclass(frozen=True)
class StdioServer:
    """A server whose pipes this test holds."""

    process: subprocess.Popen[str]

    def write(self, text: str) -> None:
        """Send a text as it is."""
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def send(self, number: int, message: Mapping[str, Any]) -> None:
        """Send a request."""
        self.write(json.dumps({"jsonrpc": "2.0", "id": number, **message}) + "\n")

    def ask(self, number: int, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a request and return its answer; anything that is no protocol message fails."""
        self.send(number, message)
        return self.read(lambda said: said.get("id") == number)

    def read(self, is_wanted: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """Return the next message that is wanted; anything that is none fails."""
        assert self.process.stdout is not None
        while True:
            said: Mapping[str, Any] = json.loads(self.process.stdout.readline())
            assert said["jsonrpc"] == "2.0"
            if is_wanted(said):
                return said

    def close(self) -> None:
        """Close the server's standard input, as a client that leaves does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def ends_within(self, seconds: float) -> bool:
        """Tell whether the process ends in time."""
        return eventually(lambda: self.process.poll() is not None, seconds)

    def start_shadow(self) -> "Traces":
        """Make the server start a PostgreSQL server; return every trace that both leave."""
        self.ask(1, INITIALIZE)
        answer = self.ask(2, ANALYZE)
        assert not answer["result"].get("isError"), answer
        return traces_of(self.process.pid)


def tool_call(tool: str, **arguments: object) -> Mapping[str, Any]:
    """Return the request for a call that reports its progress."""
    meta = {"progressToken": tool}
    params = {"name": tool, "arguments": arguments, "_meta": meta}
    return {"method": "tools/call", "params": params}


@dataclass(frozen=True)
class Traces:
    """What a server leaves on the machine while it runs."""

    processes: tuple[psutil.Process, ...]
    folders: frozenset[Path]

    @property
    def left(self) -> list[str]:
        """What is still there, for people."""
        alive = list[str]()
        for each in self.processes:
            # One that ends between two looks is gone, which is what is asked.
            with suppress(psutil.NoSuchProcess):
                if each.is_running() and each.status() != psutil.STATUS_ZOMBIE:
                    alive.append(f"{each.pid} {each.name()}")
        return alive + [str(folder) for folder in self.folders if folder.exists()]

    def vanish_within(self, seconds: float = LEFTOVER_DEADLINE) -> bool:
        """Tell whether everything is gone in time."""
        return eventually(lambda: not self.left, seconds)


def commands_below(pid: int) -> Mapping[psutil.Process, Sequence[str]]:
    """Return the command line of every process below `pid` that is still there."""
    found = dict[psutil.Process, Sequence[str]]()
    for each in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found[each] = each.cmdline()
    return found


def loaders(pid: int) -> list[str]:
    """Return the PostgreSQL backends below `pid` that run somebody's SQL."""
    titles = map(" ".join, commands_below(pid).values())
    return [title for title in titles if title.startswith("postgres: loader_")]


def traces_of(pid: int) -> Traces:
    """Return the processes below `pid` with the data folders of their PostgreSQL servers."""
    commands = commands_below(pid)
    folders = {
        Path(command[command.index("-D") + 1]).parent
        for command in commands.values()
        if "-D" in command
    }
    assert folders, f"no PostgreSQL server among {[*commands.values()]}"
    return Traces((psutil.Process(pid), *commands), frozenset(folders))


def has_ipv6() -> bool:
    """Tell whether this machine can listen on `::1`."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


def eventually(condition: Callable[[], bool], seconds: float = DEADLINE) -> bool:
    """Poll until `condition` holds; tell whether it did in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
