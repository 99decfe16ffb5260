"""The network side: HTTP at /mcp, legacy SSE beside it, /health, token and allowed hosts."""

import hmac
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import anyio
import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from server import __version__
from server.errors import InvalidInputError, UnavailableError
from server.runtime import acting_as
from server.settings import Settings, check_bind

if TYPE_CHECKING:
    from server.sdk import Server

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_PUBLIC_PATHS = frozenset({"/health"})


def http_app(server: "Server", settings: Settings, *, sse: bool) -> ASGIApp:
    """Return the ASGI application over one server object.

    Streams stay on and sessions are kept for clients of the older era: with either off,
    progress and cancellation do not reach them.
    """
    security = _security(settings)
    streamable = server.streamable_http_app(transport_security=security)
    legacy = server.sse_app(transport_security=security).routes if sse else []

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None, None]:
        async with server.session_manager.run():
            yield

    routes = [Route("/health", _health), *streamable.routes, *legacy]
    app = Starlette(routes=routes, lifespan=lifespan)
    token = settings.token
    return BearerToken(app, token.get_secret_value()) if token else app


async def _health(_: Request) -> JSONResponse:
    return JSONResponse({"status": "ok", "version": __version__})


def _security(settings: Settings) -> TransportSecuritySettings:
    """Answer loopback names and what the operator listed, not what a browser was tricked into."""
    hosts = [name for host in _LOOPBACK for name in (host, f"{host}:*")]
    origins = [f"http://{host}:*" for host in _LOOPBACK]
    return TransportSecuritySettings(
        allowed_hosts=[*hosts, *settings.allowed_hosts],
        allowed_origins=[*origins, *settings.allowed_origins],
    )


class BearerToken:
    """Answers 401 to every HTTP request without the operator's token, /health apart."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        """Wrap `app`; `token` is compared in constant time."""
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is authorized."""
        if scope["type"] != "http" or scope["path"] in _PUBLIC_PATHS:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("authorization", "").encode("latin-1", "replace")
        if hmac.compare_digest(given, self._expected):
            async with acting_as("token"):
                await self._app(scope, receive, send)
            return
        refusal = JSONResponse(
            {"error": "Send the operator's token: Authorization: Bearer TOKEN."},
            status_code=401,
            headers={"WWW-Authenticate": 'Bearer realm="senior-backend"'},
        )
        await refusal(scope, receive, send)


def parse_address(address: str) -> tuple[str, int]:
    """Split `HOST:PORT`; an IPv6 host stands in brackets, port 0 picks a free one.

    Raises:
        InvalidInputError: when it is neither.
    """
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:  # ruff: ignore[magic-value-comparison] - the highest port
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
    check_bind(host, settings)
    try:
        family, _, _, _, name = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.create_server(name[:2], family=family)
    except OSError as error:
        raise UnavailableError(f"Cannot listen on {address}: {error.strerror}.") from None
    with bound:
        yield bound


class _Uvicorn(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to the command line, which also has servers to stop."""
        yield


async def serve_http(app: ASGIApp, bound: socket.socket, stop: anyio.Event) -> None:
    """Serve until `stop` is set; open streams get a second to end."""
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1, lifespan="on")
    uvicorn_server = _Uvicorn(config)

    async def stop_when_told() -> None:
        await stop.wait()
        uvicorn_server.should_exit = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop_when_told)
        await uvicorn_server.serve(sockets=[bound])
        tasks.cancel_scope.cancel()
