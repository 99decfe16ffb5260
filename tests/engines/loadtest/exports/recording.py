"""A server on loopback that remembers what it was asked."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    authorization: str
    body: bytes


@contextmanager
def recording(statuses: dict[str, int]) -> Generator[tuple[int, list[Asked]]]:
    """Yield the port and what was asked so far; answers by path, else 200."""
    asked: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            authorization = self.headers.get("Authorization", "")
            asked.append(Asked(self.command, self.path, authorization, body))
            self.send_response(statuses.get(self.path, 200))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None: ...  # ruff: ignore[builtin-argument-shadowing] the base's name

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
