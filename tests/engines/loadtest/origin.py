"""Servers that answer as a test wants, byte by byte."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

_TURNS: Final = 4
OK: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"

Answer = Callable[["Exchange"], Awaitable[None]]


@dataclass(slots=True)
class Exchange:
    """One request that a server read, and the connection that it answers on."""

    head: bytes
    body: bytes
    number: int
    """Which request of the whole server this is, from 0."""
    writer: asyncio.StreamWriter

    async def write(self, content: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(content)
        await self.writer.drain()

    def reset(self) -> None:
        """End the connection with a reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(slots=True)
class Origin:
    """A server that listens, and what it was asked."""

    port: int
    heads: list[bytes] = field(default_factory=list[bytes])
    bodies: list[bytes] = field(default_factory=list[bytes])
    connections: int = 0
    is_closed: bool = False


@asynccontextmanager
async def origin(
    answer: Answer, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncGenerator[Origin, None]:
    """Serve on a free port until the block ends; every connection is closed then."""
    seen = Origin(0)
    serving: dict[asyncio.Task[None] | None, asyncio.StreamWriter] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        serving[asyncio.current_task()] = writer
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head, body = await _read(reader)
                exchange = Exchange(head, body, len(seen.heads), writer)
                seen.heads.append(head)
                seen.bodies.append(body)
                await answer(exchange)
        del serving[asyncio.current_task()]
        writer.close()

    server = await asyncio.start_server(serve, host, 0, ssl=tls, backlog=1024, limit=1 << 20)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
        for task, writer in serving.items():
            writer.transport.abort()
            if task is not None:
                task.cancel()
        # A transport that is still closing when the loop ends would be found in another test.
        await asyncio.gather(*filter(None, serving), return_exceptions=True)
        await asyncio.sleep(0)


async def _read(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return head, await reader.readexactly(lengths[0]) if lengths else b""


async def ok(exchange: Exchange) -> None:
    """Answer 200 at once."""
    await exchange.write(OK)
