"""Stands between a session and a server, and hangs up before a huge answer arrives.

Foreign SQL decides how long an error or a notice is. The driver reads a long one in quadratic
time, and everything else in this process would wait meanwhile.
"""

import asyncio
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from secrets import token_hex

from server.engines.postgres.address import SocketAddress

LARGEST_ANSWER = 4 << 20
_HEADER = 5  # bytes: the kind of a message, then its length, which counts itself
_LENGTH = 4
_CHUNK = 1 << 16


@asynccontextmanager
async def relayed(address: SocketAddress) -> AsyncGenerator[SocketAddress, None]:
    """Hold another address of the server, on which no message from it exceeds the limit."""
    folder = address.folder.parent / f"r{token_hex(4)}"
    folder.mkdir(mode=0o700)
    relay = _Relay(address)
    path = folder / f".s.PGSQL.{address.port}"
    listening = await asyncio.start_unix_server(relay.serve, path=path)
    try:
        yield SocketAddress(folder, address.port)
    finally:
        listening.close()
        relay.hang_up()
        path.unlink(missing_ok=True)
        folder.rmdir()


@dataclass(frozen=True, slots=True)
class _Relay:
    """The connections through one relay; a driver opens a second one to cancel a statement."""

    address: SocketAddress
    open: set[StreamWriter] = field(default_factory=set[StreamWriter])

    async def serve(self, ours: StreamReader, to_us: StreamWriter) -> None:
        """Carry one connection until either side ends it."""
        path = self.address.folder / f".s.PGSQL.{self.address.port}"
        with suppress(OSError):
            theirs, to_them = await asyncio.open_unix_connection(path)
            self.open.update((to_us, to_them))
            asking = asyncio.create_task(_carry(ours, to_them))
            answering = asyncio.create_task(_carry_messages(theirs, to_us))
            await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
            for writer in (to_us, to_them):
                writer.close()
                self.open.discard(writer)
            asking.cancel()
            await asyncio.wait((asking, answering))

    def hang_up(self) -> None:
        """End every connection."""
        for writer in self.open:
            writer.close()


async def _carry(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()


async def _carry_messages(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(OSError, IncompleteReadError):
        while True:
            header = await reader.readexactly(_HEADER)
            length = int.from_bytes(header[1:], "big") - _LENGTH
            if length > LARGEST_ANSWER:
                return
            writer.write(header + await reader.readexactly(length))
            await writer.drain()
