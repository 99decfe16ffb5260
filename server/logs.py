"""Log lines on stderr: text or JSON, with a request id, and never a secret."""

import json
import logging
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from typing_extensions import override

from server.failures import shown_name
from server.redaction import Redactor

if TYPE_CHECKING:
    from server.settings import Settings

log = logging.getLogger(__name__)
_request: ContextVar[str] = ContextVar("request", default="-")


@contextmanager
def request_scope(request: str) -> Generator[None, None, None]:
    """Stamp every line logged inside the block with the request's id, which clients choose."""
    token = _request.set(shown_name(request))
    try:
        yield
    finally:
        _request.reset(token)


class _Line(logging.Formatter):
    """One record as one redacted line with its traceback below, or as one JSON object."""

    def __init__(self, redactor: Redactor, *, as_json: bool) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s")
        self._redactor = redactor
        self._as_json = as_json

    @override
    def format(self, record: logging.LogRecord) -> str:
        record.__dict__["request"] = _request.get()
        if not self._as_json:
            return self._redactor.redact(super().format(record))
        fields = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "request": _request.get(),
            "message": self._redactor.redact(record.getMessage()),
        }
        if record.exc_info:
            fields["traceback"] = self._redactor.redact(self.formatException(record.exc_info))
        return json.dumps(fields)

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        # A line break in a message would let a caller write log lines of its own.
        record.message = record.message.replace("\r", "\\r").replace("\n", "\\n")
        return super().formatMessage(record)


def configure(settings: "Settings", stream: TextIO | None = None) -> None:
    """Send every log line, warning and last traceback to stderr in the operator's format."""
    handler = logging.StreamHandler(stream)
    redactor = Redactor(settings.secrets)
    handler.setFormatter(_Line(redactor, as_json=settings.log_format == "json"))
    # A line that cannot be written would print its raw arguments, which nobody redacted.
    logging.raiseExceptions = False
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_last_words


def _log_last_words(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    log.critical("ended unexpectedly", exc_info=(kind, error, traceback))
