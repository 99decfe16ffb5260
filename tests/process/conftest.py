"""Fixtures that start real servers and stop them by their own ids."""

import os
import re
import subprocess
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.process.processes import COMMAND, INITIALIZE, ODD_SERVER, StdioServer, eventually

LISTENING = re.compile(r"senior-backend: listening on (\S+)\n")

SCHEMA = """
CREATE TABLE customers (id bigint PRIMARY KEY, email text NOT NULL);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES customers (id)
);
"""


@dataclass(frozen=True)
class HttpServer:
    """A server that answers at `url`."""

    process: subprocess.Popen[str]
    url: str

    @property
    def root(self) -> str:
        return self.url.removesuffix("/mcp")


StartHttp = Callable[..., AbstractContextManager[HttpServer]]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a folder with a small schema file."""
    (tmp_path / "schema.sql").write_text(SCHEMA)
    return tmp_path


@pytest.fixture
def stdio(workspace: Path) -> Generator[StdioServer, None, None]:
    """Start a server on pipes, in a process group of its own as a terminal would."""
    with speaking([COMMAND, "serve"], workspace) as server:
        yield server


@pytest.fixture
def odd(workspace: Path) -> Generator[StdioServer, None, None]:
    """Start the server whose tools misbehave on pipes, with the handshake done."""
    with speaking(ODD_SERVER, workspace) as server:
        server.ask(1, INITIALIZE)
        yield server


@contextmanager
def speaking(command: Sequence[str], workspace: Path) -> Generator[StdioServer, None, None]:
    with (
        (workspace / "stderr").open("w") as errors,
        subprocess.Popen(
            command,
            cwd=workspace,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            process_group=0,
        ) as process,
    ):
        try:
            yield StdioServer(process)
        finally:
            process.kill()


@pytest.fixture
def start_http(workspace: Path) -> StartHttp:
    """Return how to start an HTTP server on a free port of loopback."""

    def start(
        *arguments: str, environment: Mapping[str, str] | None = None
    ) -> AbstractContextManager[HttpServer]:
        command = [COMMAND, "serve", "--http", "127.0.0.1:0", *arguments]
        return answering(command, workspace, environment)

    return start


@pytest.fixture
def odd_http(workspace: Path) -> Generator[HttpServer, None, None]:
    """Start the server whose tools misbehave over HTTP and legacy SSE."""
    with answering([*ODD_SERVER, "127.0.0.1:0"], workspace) as server:
        yield server


@contextmanager
def answering(
    command: Sequence[str], workspace: Path, environment: Mapping[str, str] | None = None
) -> Generator[HttpServer, None, None]:
    with (
        (workspace / "stderr").open("w+") as errors,
        subprocess.Popen(
            command,
            cwd=workspace,
            stdin=subprocess.DEVNULL,
            stderr=errors,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        try:
            yield HttpServer(process, announced(workspace / "stderr"))
        finally:
            process.terminate()


def announced(errors: Path) -> str:
    """Wait until the server has said where it listens, and return that."""
    assert eventually(lambda: LISTENING.search(errors.read_text("utf-8")) is not None)
    found = LISTENING.search(errors.read_text("utf-8"))
    assert found is not None
    return found[1]
