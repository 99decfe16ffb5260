"""One HTTP/2 connection: many requests at once, each in a stream of its own."""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic_ns
from typing import Final, cast

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
from typing_extensions import override

from server.engines.loadtest.client.ledger import Ledger
from server.engines.loadtest.client.line import Owner
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Limits

_STATUS: Final = re.compile(r"[1-9][0-9]{2}")
# The library keeps a frame until it is whole, and a header block until its last frame.
_MOST_UNREAD: Final = 1 << 17
_CONFIG: Final = h2.config.H2Configuration(client_side=True, header_encoding="latin-1")


@dataclass(frozen=True, slots=True)
class Manner2:
    """How every connection of a run behaves, and the messages: header block and body.

    At most `streams` requests are in flight on a connection, fewer where the server says so.
    """

    limits: Limits
    blocks: list[list[tuple[str, str]]]
    bodies: list[bytes]
    streams: int


@dataclass(slots=True)
class _Stream:
    request: int
    due: int
    sent: int
    unsent: bytes
    status: int = 0
    received: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])


class Http2Connection(asyncio.Protocol):
    """Carries as many requests at once as both sides allow."""

    def __init__(self, owner: Owner, ledger: Ledger, manner: Manner2) -> None:
        """Belong to `owner`, who is told when a request can be sent."""
        self._owner = owner
        self._ledger = ledger
        self._manner = manner
        self._state = h2.connection.H2Connection(_CONFIG)
        self._transport: asyncio.Transport | None = None
        self._streams: dict[int, _Stream] = {}
        # How many the server takes at once stands in its first frame.
        self._most = 1
        self._is_known = False
        self._unread = 0
        self.is_open = False

    @property
    def is_busy(self) -> bool:
        """Whether a request is in flight."""
        return bool(self._streams)

    @property
    def _is_full(self) -> bool:
        return len(self._streams) >= self._most

    def send(self, request: int, due: int, now: int) -> None:
        """Write a request `now`; `due` is when it should have been written."""
        # Encoding takes its time, and is not the server's.
        del now
        body = self._manner.bodies[request]
        try:
            number = self._state.get_next_available_stream_id()
            self._state.send_headers(number, self._manner.blocks[request], end_stream=not body)
        except h2.exceptions.ProtocolError as error:
            self._ledger.failed(request, due, Failure.CLOSED, str(error))
            if not isinstance(error, h2.exceptions.TooManyStreamsError):
                # It has no stream left, or is on its way out: a new one is opened for the next.
                self._abort()
            return
        self._streams[number] = _Stream(request, due, monotonic_ns(), body)
        self._go_on(number)
        self._flush()
        if not self._is_full:
            self._owner.ready(self, monotonic_ns())

    def _go_on(self, number: int) -> None:
        """Send as much of a body as the server takes now."""
        stream = self._streams[number]
        while stream.unsent:
            room = min(
                self._state.local_flow_control_window(number),
                self._state.max_outbound_frame_size,
                len(stream.unsent),
            )
            if room <= 0:
                return
            piece, stream.unsent = stream.unsent[:room], stream.unsent[room:]
            self._state.send_data(number, piece, end_stream=not stream.unsent)

    def _flush(self) -> None:
        content = self._state.data_to_send()
        self._ledger.sent_bytes += len(content)
        if self._transport is not None and content:
            self._transport.write(content)

    def expire(self, latest: int, detail: str) -> None:
        """Fail what was sent before `latest`, in monotonic nanoseconds; the rest goes on."""
        late = [number for number, stream in self._streams.items() if stream.sent < latest]
        for number in late:
            self._drop(number, Failure.TIMEOUT, detail)
        if late:
            self._flush()

    def _drop(self, number: int, failure: Failure, detail: str) -> None:
        """Fail one request and tell the server that its answer is not wanted any more."""
        # One whose end has come already needs no word.
        with suppress(h2.exceptions.StreamClosedError):
            self._state.reset_stream(number, h2.errors.ErrorCodes.CANCEL)
        self._fail(number, failure, detail)

    def _fail(self, number: int, failure: Failure, detail: str) -> None:
        was_full = self._is_full
        stream = self._streams.pop(number)
        self._ledger.failed(stream.request, stream.due, failure, detail)
        self._freed(was_full=was_full)

    def _freed(self, *, was_full: bool) -> None:
        if self.is_open and was_full and not self._is_full:
            self._owner.ready(self, monotonic_ns())

    def cancel(self) -> None:
        """Close; what is in flight counts as canceled."""
        self._ledger.canceled += len(self._streams)
        self._streams.clear()
        self._abort()

    def _abort(self) -> None:
        self.is_open = False
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self._state.initiate_connection()
        self._flush()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if exc is not None:
            self._fail_all(Failure.RESET, str(exc))
        else:
            self._fail_all(Failure.CLOSED, "the server closed the connection")
        self._owner.lost(self)

    def _fail_all(self, failure: Failure, detail: str) -> None:
        for number in list(self._streams):
            self._fail(number, failure, detail)

    @override
    def data_received(self, data: bytes) -> None:
        self._ledger.received_bytes += len(data)
        if data.startswith(b"HTTP/1.") and not self._is_known:
            self._give_up("the server answers in HTTP/1")
            return
        try:
            events = self._state.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self._give_up(str(error) or type(error).__name__)
            return
        self._unread = 0 if events else self._unread + len(data)
        if self._unread > _MOST_UNREAD:
            self._give_up(f"no whole frame in {_MOST_UNREAD} bytes")
            return
        if any(isinstance(event, h2.events.RemoteSettingsChanged) for event in events):
            self._learn()
        for event in events:
            self._handle(event)
        self._flush()

    def _give_up(self, reason: str) -> None:
        self.is_open = False
        self._flush()
        self._fail_all(Failure.INVALID, reason)
        self._abort()

    def _learn(self) -> None:
        """Take note of how many requests the server takes at once."""
        was_full = self._is_full
        self._is_known = True
        theirs = self._state.remote_settings.max_concurrent_streams
        self._most = min(self._manner.streams, theirs)
        self._freed(was_full=was_full)

    def _handle(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=int(number)) if number in self._streams:
                self._begin_answer(number, event)
            case h2.events.DataReceived(stream_id=int(number)):
                self._take(number, event.flow_controlled_length)
            case h2.events.StreamEnded(stream_id=int(number)) if number in self._streams:
                self._book(number)
            case h2.events.StreamReset(stream_id=int(number)) if number in self._streams:
                self._fail(number, Failure.STREAM_RESET, f"error code {event.error_code}")
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                for number in list(self._streams):
                    self._go_on(number)
            case h2.events.ConnectionTerminated():
                self._leave(event)
            case _:
                pass

    def _begin_answer(self, number: int, event: h2.events.ResponseReceived) -> None:
        stream = self._streams[number]
        headers = cast("list[tuple[str, str]]", event.headers)
        status, stream.headers = headers[0][1], headers[1:]
        if _STATUS.fullmatch(status):
            stream.status = int(status)
        else:
            self._drop(number, Failure.INVALID, f"the status is {status[:20]!r}")

    def _take(self, number: int, length: int) -> None:
        self._state.acknowledge_received_data(length, number)
        stream = self._streams.get(number)
        if stream is not None:
            stream.received += length
            limit = self._manner.limits.response_bytes
            if stream.received > limit:
                self._drop(number, Failure.ANSWER_TOO_LARGE, f"more than {limit} bytes")

    def _book(self, number: int) -> None:
        was_full = self._is_full
        stream = self._streams.pop(number)
        ledger = self._ledger
        now = monotonic_ns()
        if not ledger.answered(stream.request, now - stream.due, now - stream.sent, stream.status):
            shown = "".join(f"{name}: {value}\r\n" for name, value in stream.headers)
            ledger.example(f"status {stream.status}", f"HTTP/2 {stream.status}\r\n{shown}")
        if ledger.records:
            ledger.record(stream.due, stream.sent, stream.status, stream.headers)
        self._freed(was_full=was_full)
        if not self.is_open and not self._streams:
            self._abort()

    def _leave(self, event: h2.events.ConnectionTerminated) -> None:
        """Take no further request: those that the server has not begun were not answered."""
        self.is_open = False
        last = event.last_stream_id or 0
        detail = f"the server went away, error code {event.error_code}"
        for number in [each for each in self._streams if each > last]:
            self._fail(number, Failure.CLOSED, detail)
        if not self._streams:
            self._abort()
