"""One request on a connection of its own, and its whole answer: an attack reads what it gets."""

import asyncio
import ssl
from time import perf_counter
from typing import Final, cast

import httptools
from typing_extensions import override

from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.failure import Failure, of_connecting
from server.engines.loadtest.message import http_1
from server.engines.loadtest.plan import Endpoint, Limits, Message

_INFORMATIONAL: Final = range(100, 200)
_KEPT: Final = 1 << 20  # bytes of a body that are looked at


class Asker:
    """Sends requests to one endpoint, each on a new connection."""

    def __init__(
        self, endpoint: Endpoint, limits: Limits, context: ssl.SSLContext | None = None
    ) -> None:
        """Trust whom `context` trusts; it is needed where the endpoint speaks TLS."""
        self._endpoint = endpoint
        self._limits = limits
        self._context = context if endpoint.is_encrypted else None

    async def ask(self, message: Message) -> Reply | Silence:
        """Send a checked message; a failure is an answer too."""
        try:
            async with asyncio.timeout(self._limits.timeout):
                exchange = await self._connected(message)
        except (OSError, TimeoutError, ssl.SSLError) as error:
            return Silence(of_connecting(error), str(error))
        try:
            async with asyncio.timeout(self._limits.timeout):
                return await exchange.send(http_1(message, keeps=False))
        except TimeoutError:
            return Silence(Failure.TIMEOUT, f"no whole answer in {self._limits.timeout:g} s")
        finally:
            exchange.close()

    async def _connected(self, message: Message) -> "_Exchange":
        exchange = _Exchange(self._limits, is_head=message.method == "HEAD")
        await asyncio.get_running_loop().create_connection(
            lambda: exchange,
            self._endpoint.address,
            self._endpoint.port,
            ssl=self._context,
            server_hostname=self._endpoint.host if self._context else None,
        )
        return exchange


class _Exchange(asyncio.Protocol):
    """Reads while it writes: a refusal may come, and the connection go, before all is written."""

    def __init__(self, limits: Limits, *, is_head: bool) -> None:
        self._limits = limits
        self._is_head = is_head
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._ended: asyncio.Future[Reply | Silence] = asyncio.get_running_loop().create_future()
        self._began = 0.0
        self._received = 0
        self._kept = 0
        self._has_headers = False
        self._headers: list[tuple[str, str]] = []
        self._body: list[bytes] = []

    async def send(self, wire: bytes) -> Reply | Silence:
        """Write the request and wait for what becomes of it."""
        self._began = perf_counter()
        if self._transport is not None:
            self._transport.write(wire)
        return await self._ended

    def close(self) -> None:
        """Leave no connection behind."""
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        limits = self._limits
        if self._received > limits.response_bytes:
            self._silent(Failure.ANSWER_TOO_LARGE, f"more than {limits.response_bytes} bytes")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._silent(Failure.UPGRADED, "the server switched protocols")
        except httptools.HttpParserError as error:
            # What follows a whole answer says nothing about it.
            self._silent(Failure.INVALID, str(error) or type(error).__name__)
        if not self._has_headers and self._received > limits.header_bytes:
            self._silent(Failure.HEADERS_TOO_LARGE, f"more than {limits.header_bytes} bytes")

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            self._silent(Failure.RESET, str(exc))
        elif not self._received:
            self._silent(Failure.CLOSED, "the server closed the connection and sent nothing")
        elif self._has_headers and not self._is_framed:
            self._whole()
        else:
            self._silent(Failure.TRUNCATED, f"{self._received} bytes, then the connection ended")

    @property
    def _is_framed(self) -> bool:
        return any(name in {"content-length", "transfer-encoding"} for name, _ in self._headers)

    def on_message_begin(self) -> None:
        """Forget the headers of an informational answer (the parser calls this)."""
        self._headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header (the parser calls this)."""
        self._headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_headers_complete(self) -> None:
        """Take note that a body may come (the parser calls this)."""
        self._has_headers = self._parser.get_status_code() not in _INFORMATIONAL
        if self._has_headers and self._is_head:
            self._whole()

    def on_body(self, body: bytes) -> None:
        """Keep the beginning of the body (the parser calls this)."""
        if self._kept < _KEPT:
            self._body.append(body[: _KEPT - self._kept])
            self._kept += len(body)

    def on_message_complete(self) -> None:
        """Take note of the end (the parser calls this)."""
        if self._has_headers:
            self._whole()

    def _whole(self) -> None:
        status, body = self._parser.get_status_code(), b"".join(self._body)
        self._end(Reply(status, tuple(self._headers), body, perf_counter() - self._began))

    def _silent(self, failure: Failure, detail: str) -> None:
        self._end(Silence(failure, detail))

    def _end(self, outcome: Reply | Silence) -> None:
        if not self._ended.done():
            self._ended.set_result(outcome)
