"""The head of an answer, read a second time: only where something about it is in question."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import httptools

_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})


@dataclass(slots=True)
class _Collector:
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def on_message_begin(self) -> None:
        self.headers.clear()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))


def headers_of(head: bytes) -> list[tuple[str, str]]:
    """Return the headers of the last answer that begins in `head`, names in lower case."""
    collector = _Collector()
    # What was understood before an error stands.
    with suppress(httptools.HttpParserError, httptools.HttpParserUpgrade):
        httptools.HttpResponseParser(collector).feed_data(head)
    return collector.headers


def ends_with_connection(head: bytes) -> bool:
    """Whether nothing but the end of the connection ends this answer (RFC 9112, 6.3)."""
    return not any(name in _FRAMING for name, _ in headers_of(head))
