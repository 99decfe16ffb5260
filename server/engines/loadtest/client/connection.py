"""One HTTP/1.1 connection: writes a request, reads its answer, and says what became of it."""

import asyncio
from dataclasses import dataclass
from time import monotonic_ns
from typing import Final, cast

import httptools
from typing_extensions import override

from server.engines.loadtest.client.head import ends_with_connection, headers_of
from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.line import Owner
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Limits

_INFORMATIONAL: Final = range(100, 200)
_NONE: Final = -1  # no request in flight


@dataclass(frozen=True, slots=True)
class Manner:
    """How every connection of a run behaves, and the messages as they are written.

    `heads` are the messages whose answers have no body.
    """

    limits: Limits
    wires: list[bytes]
    heads: frozenset[int]
    keeps: bool


class Connection(asyncio.Protocol):
    """Carries one request at a time; the books are kept whatever the server does."""

    __slots__ = (
        "_complete",
        "_due",
        "_has_headers",
        "_head",
        "_ledger",
        "_manner",
        "_may_go_on",
        "_owner",
        "_parser",
        "_received",
        "_request",
        "_sent",
        "_status",
        "_transport",
        "is_open",
    )

    def __init__(self, owner: Owner, ledger: Ledger, manner: Manner) -> None:
        """Belong to `owner`, who is told when a request can be sent."""
        self._owner = owner
        self._ledger = ledger
        self._manner = manner
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._request = _NONE
        self._due = 0
        self._sent = 0
        self._status = 0
        self._may_go_on = False
        self.is_open = False
        self._expect_answer()

    def _expect_answer(self) -> None:
        self._complete = False
        self._has_headers = False
        self._received = 0
        self._head = b""

    @property
    def is_busy(self) -> bool:
        """Whether a request is in flight."""
        return self._request != _NONE

    def send(self, request: int, due: int) -> None:
        """Write a request; `due` is when it should have been written."""
        wire = self._manner.wires[request]
        self._request = request
        self._due = due
        self._sent = monotonic_ns()
        self._ledger.sent_bytes += len(wire)
        if self._transport is not None:
            self._transport.write(wire)

    def give_up(self, failure: Failure, detail: str = "") -> None:
        """Fail the request in flight, if any, and close."""
        if self.is_busy:
            request, self._request = self._request, _NONE
            self._ledger.failed(request, self._due, failure, detail)
        self._abort()

    def expire(self, latest: int, detail: str) -> None:
        """Fail a request that was sent before `latest`, in monotonic nanoseconds."""
        if self.is_busy and self._sent < latest:
            self.give_up(Failure.TIMEOUT, detail)

    def cancel(self) -> None:
        """Close; a request in flight counts as canceled."""
        if self.is_busy:
            self._request = _NONE
            self._ledger.canceled += 1
        self._abort()

    def _abort(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self.is_busy:
            self._end(exc)
        self._owner.lost(self)

    def _end(self, error: Exception | None) -> None:
        if error is not None:
            self.give_up(Failure.RESET, str(error))
        elif not self._received:
            self.give_up(Failure.CLOSED, "the server closed the connection and sent nothing")
        elif self._has_headers and ends_with_connection(self._head):
            self._status = self._parser.get_status_code()
            self._book()
        else:
            self.give_up(Failure.TRUNCATED, f"{self._received} bytes, then the connection ended")

    @override
    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if not self._has_headers:
            self._head += data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.give_up(Failure.UPGRADED, "the server switched protocols")
        except httptools.HttpParserError as error:
            self._refuse(str(error) or type(error).__name__)
        else:
            if self._complete:
                self._finish()
            else:
                self._bound()

    def _refuse(self, reason: str) -> None:
        if self._complete:
            self.give_up(Failure.EXTRA, "the answer went on after its end")
        else:
            self.give_up(Failure.INVALID, reason)

    def _bound(self) -> None:
        limits = self._manner.limits
        if self._has_headers and self._received > limits.response_bytes:
            self.give_up(Failure.ANSWER_TOO_LARGE, f"more than {limits.response_bytes} bytes")
        elif not self._has_headers and self._received > limits.header_bytes:
            self.give_up(Failure.HEADERS_TOO_LARGE, f"more than {limits.header_bytes} bytes")

    def on_headers_complete(self) -> None:
        """Take note that a body may come (the parser calls this)."""
        self._has_headers = True
        if self._request in self._manner.heads:
            self.on_message_complete()

    def on_message_complete(self) -> None:
        """Take note of the end (the parser calls this); an informational answer is no answer."""
        status = self._parser.get_status_code()
        if status in _INFORMATIONAL:
            self._has_headers = False
        else:
            self._complete = True
            self._status = status
            # Once the parser has gone on, it no longer knows.
            self._may_go_on = self._manner.keeps and self._parser.should_keep_alive()

    def _finish(self) -> None:
        if self._request == _NONE:
            self.give_up(Failure.EXTRA)
            return
        if self._request in self._manner.heads:
            # It announced a body that never comes.
            self._parser = httptools.HttpResponseParser(self)
        self._book()
        self._expect_answer()
        if self._may_go_on:
            self._owner.ready(self)
        elif self._transport is not None:
            self.is_open = False
            self._transport.close()

    def _book(self) -> None:
        request, self._request = self._request, _NONE
        status = self._status
        ledger = self._ledger
        ledger.received_bytes += self._received
        ledger.answered(request, self._due, self._sent, status)
        if status not in ledger.right[request]:
            ledger.example(f"status {status}", self._head.decode("latin-1"))
        if ledger.records:
            ledger.record(self._due, self._sent, status, headers_of(self._head))
