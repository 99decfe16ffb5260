"""A small HTTP server whose handlers see a request whole, as bytes and lines."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from server.engines.loadtest.attacks.registry import attack
from server.engines.loadtest.attacks.verdict import Finding, Verdict
from server.engines.loadtest.experiment.attacked import attacked as carried_out
from server.engines.loadtest.plan import Limits, Message, Plan, Target
from server.engines.loadtest.reach.policy import Caps
from server.engines.loadtest.run import Stop
from tests.engines.loadtest.plans import plan_for, steady

_LARGEST_BODY: Final = 64 << 20


@dataclass(slots=True)
class Request:
    """What was asked; header names in lower case, in order."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for header, value in self.headers if header == name]

    def value(self, name: str) -> str:
        return next(iter(self.values(name)), "")


@dataclass(slots=True)
class Response:
    """What is answered; a line break in a header is written as it is."""

    status: int
    body: bytes = b"{}"
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Sizes in bytes above which a server refuses before it reads on."""

    head: int = 32 << 10
    body: int = 1 << 20


@asynccontextmanager
async def serving(handler: Handler, bounds: Bounds = Bounds()) -> AsyncGenerator[int, None]:
    """Serve on a free port of loopback until the block ends, one request a connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(_wire(await _answer(reader, handler, bounds)))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _answer(reader: asyncio.StreamReader, handler: Handler, bounds: Bounds) -> Response:
    head = await reader.readuntil(b"\r\n\r\n")
    if len(head) > bounds.head:
        return Response(431)
    line, *rest = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = line.split(" ")
    headers = [(name.lower(), value.strip()) for name, _, value in (h.partition(":") for h in rest)]
    length = int(next((value for name, value in headers if name == "content-length"), "0"))
    if length > min(bounds.body, _LARGEST_BODY):
        return Response(413)
    return await handler(Request(method, path, headers, await reader.readexactly(length)))


def _wire(response: Response) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
        *(f"{name}: {value}" for name, value in response.headers),
        f"Content-Length: {len(response.body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + response.body


async def attacked(
    preset: str, port: int, base: Message, sample: dict[str, object] | None = None
) -> tuple[Finding, ...]:
    """Carry out an attack against a port of loopback."""
    aimed = attack(preset, base, sample)
    outcome = await carried_out(aimed, plan_of(port, base), Caps(), stop=Stop(), watch=_nobody)
    return outcome.findings


def plan_of(port: int, base: Message) -> Plan:
    """Return a plan with one request, as a caller gives it."""
    return plan_for(port, steady(1, 1), Target("base", (base,)), limits=Limits(timeout=10.0))


def _nobody(_: str) -> None: ...


def named(findings: tuple[Finding, ...], verdict: Verdict) -> set[str]:
    """Return the probes that came out so."""
    return {each.probe for each in findings if each.verdict is verdict}


def seen(findings: tuple[Finding, ...]) -> dict[str, str]:
    """Return what was seen, by probe."""
    return {each.probe: each.seen for each in findings}
