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

_CONTINUE: Final = 100
_OK: Final = 200
_SHORT: Final = 4_096  # bytes of an answer that is kept for comparison with the next
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
    """Carries one request at a time; the books are kept whatever the server does.

    What happens for every request is written out in `send`, `data_received` and `_finish`: a call
    or a look-up more is felt in the requests a second.
    """

    __slots__ = (
        "_complete",
        "_due",
        "_has_headers",
        "_has_more",
        "_head",
        "_keeps",
        "_known",
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
        "_wires",
        "is_open",
    )

    def __init__(self, owner: Owner, ledger: Ledger, manner: Manner) -> None:
        """Belong to `owner`, who is told when a request can be sent."""
        self._owner = owner
        self._ledger = ledger
        self._manner = manner
        self._wires = manner.wires
        self._keeps = manner.keeps
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._request = _NONE
        self._due = 0
        self._sent = 0
        self._status = 0
        self._may_go_on = False
        self.is_open = False
        self._complete = False
        self._has_headers = False
        self._has_more = False
        self._received = 0
        self._head = b""
        self._known: bytes = b""

    @property
    def is_busy(self) -> bool:
        """Whether a request is in flight."""
        return self._request != _NONE

    def send(self, request: int, due: int, now: int) -> None:
        """Write a request `now`; `due` is when it should have been written."""
        wire = self._wires[request]
        self._request = request
        self._due = due
        self._sent = now
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
            self._may_go_on = False
            self._take(b"")
        else:
            self.give_up(Failure.TRUNCATED, f"{self._received} bytes, then the connection ended")

    @override
    def data_received(self, data: bytes) -> None:
        if data == self._known and not self._received:
            # Byte for byte the answer before, of which the parser has said all there is to say.
            self._received = len(data)
            self._head = data
            self._finish()
            return
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
                self._take(data)
            else:
                self._go_on()

    def _take(self, data: bytes) -> None:
        """Take an answer that is whole with `data`, if it is one, and one only."""
        if self._has_more:
            self._refuse("")
        elif self._status < _CONTINUE:
            self.give_up(Failure.INVALID, f"the status is {self._status:03}")
        else:
            if len(data) == self._received <= _SHORT:
                self._known = data
            self._finish()

    def _refuse(self, reason: str) -> None:
        if self._complete:
            self.give_up(Failure.EXTRA, "the answer went on after its end")
        else:
            self.give_up(Failure.INVALID, reason)

    def _go_on(self) -> None:
        """Wait for the rest, where one may come and is not too much."""
        if self._has_headers and self._request in self._manner.heads:
            self.on_message_complete()
            # It announced a body that never comes.
            self._parser = httptools.HttpResponseParser(self)
            self._take(b"")
            return
        limits = self._manner.limits
        if self._has_headers and self._received > limits.response_bytes:
            self.give_up(Failure.ANSWER_TOO_LARGE, f"more than {limits.response_bytes} bytes")
        elif not self._has_headers and self._received > limits.header_bytes:
            self.give_up(Failure.HEADERS_TOO_LARGE, f"more than {limits.header_bytes} bytes")

    def on_message_begin(self) -> None:
        """Take note of an answer that nobody asked for (the parser calls this)."""
        self._has_more = self._complete

    def on_headers_complete(self) -> None:
        """Take note that a body may come (the parser calls this)."""
        self._has_headers = True

    def on_message_complete(self) -> None:
        """Take note of the end (the parser calls this); an informational answer is no answer."""
        parser = self._parser
        self._status = status = parser.get_status_code()
        if _CONTINUE <= status < _OK:
            self._has_headers = False
        else:
            self._complete = True
            # Once the parser has gone on, it no longer knows.
            self._may_go_on = parser.should_keep_alive()

    def _finish(self) -> None:
        request = self._request
        if request == _NONE:
            self.give_up(Failure.EXTRA)
            return
        now = monotonic_ns()
        ledger = self._ledger
        ledger.received_bytes += self._received
        if not ledger.answered(request, now - self._due, now - self._sent, self._status):
            self._tell()
        self._request = _NONE
        self._complete = self._has_headers = False
        self._received = 0
        self._head = b""
        if self._may_go_on and self._keeps:
            self._owner.ready(self, now)
        elif self._transport is not None:
            self.is_open = False
            self._transport.close()

    def _tell(self) -> None:
        """Keep more of an answer than its time and its status."""
        ledger = self._ledger
        if self._status not in ledger.right[self._request]:
            ledger.example(f"status {self._status}", self._head.decode("latin-1"))
        if ledger.records:
            ledger.record(self._due, self._sent, self._status, headers_of(self._head))
