"""The network side: HTTP at /mcp, legacy SSE beside it, /health; the socket and its server."""

import os
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from typing_extensions import override

from server import __version__
from server.errors import InvalidInputError, UnavailableError
from server.guard import Guard
from server.settings import Settings, check_bind

if TYPE_CHECKING:
    from server.sdk import Server

_HIGHEST_PORT = 65_535
# The guard in front has checked hosts and origins, on the paths that the SDK does not know, too.
_UNCHECKED = TransportSecuritySettings(enable_dns_rebinding_protection=False)


def http_app(server: "Server", settings: Settings, *, sse: bool) -> ASGIApp:
    """Return the ASGI application over one server object.

    Streams stay on and sessions are kept for clients of the older era: with either off,
    progress and cancellation do not reach them.
    """
    streamable = server.streamable_http_app(transport_security=_UNCHECKED)
    legacy = server.sse_app(transport_security=_UNCHECKED).routes if sse else []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        async with server.session_manager.run():
            yield

    routes = [Route("/health", _health), *streamable.routes, *legacy]
    return Guard(Starlette(routes=routes, lifespan=lifespan), settings)


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


def parse_address(address: str) -> tuple[str, int]:
    """Split `HOST:PORT`; an IPv6 host stands in brackets, port 0 picks a free one.

    Raises:
        InvalidInputError: when it is neither.
    """
    host, _, port = address.rpartition(":")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
        raise InvalidInputError(f"{address!r} is no address.", next_step="Give HOST:PORT.")
    return host.removeprefix("[").removesuffix("]"), int(port)


@contextmanager
def listening(address: str, settings: Settings) -> Generator[socket.socket, None, None]:
    """Hold the listening socket of an allowed address.

    Raises:
        InvalidInputError: when the bind reaches further than the settings allow.
        UnavailableError: when the address cannot be bound.
    """
    host, port = parse_address(address)
    try:
        family, _, _, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # A name is worth what it resolves to: that is what is bound.
        check_bind(str(name[0]), settings)
        bound = socket.create_server(name[:2], family=family)
    except OSError as error:
        raise UnavailableError(f"Cannot listen on {address}: {_reason(error)}.") from None
    with bound:
        yield bound


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror)
    return os.strerror(error.errno)


class _Uvicorn(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the command line, which also has servers to stop."""
        yield


async def serve_http(app: ASGIApp, bound: socket.socket, stop: anyio.Event) -> None:
    """Serve until `stop` is set and every open stream has ended; bound the wait from outside."""
    # Left to itself, uvicorn takes httptools, which keeps the space after a header (RFC 9110,
    # 5.5 excludes it): an `Mcp-Name` that equals the body's name would be refused.
    config = uvicorn.Config(
        app, http="h11", log_config=None, lifespan="on", ws="none", server_header=False
    )
    uvicorn_server = _Uvicorn(config)

    async def stop_when_told() -> None:
        await stop.wait()
        uvicorn_server.should_exit = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_when_told)
        await uvicorn_server.serve(sockets=[bound])
        tasks.cancel_scope.cancel()
