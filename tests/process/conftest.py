"""Fixtures that start real servers and stop them by their own ids."""

import os
import signal
import subprocess
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.process.processes import COMMAND, StdioServer

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
    with subprocess.Popen(
        [COMMAND, "serve"],
        cwd=workspace,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        process_group=0,
    ) as process:
        try:
            yield StdioServer(process)
        finally:
            process.kill()


@pytest.fixture
def start_http(workspace: Path) -> StartHttp:
    """Return how to start an HTTP server on a free port of loopback."""

    @contextmanager
    def start(
        *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Generator[HttpServer, None, None]:
        with subprocess.Popen(
            [COMMAND, "serve", "--http", "127.0.0.1:0", *arguments],
            cwd=workspace,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        ) as process:
            assert process.stderr is not None
            line = process.stderr.readline()
            try:
                yield HttpServer(process, line.split()[-1])
            finally:
                process.send_signal(signal.SIGTERM)

    return start
