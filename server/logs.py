"""Log lines on stderr: text or JSON, with a request id, and never a secret."""

import json
import logging
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from server.settings import Settings

_request: ContextVar[str] = ContextVar("request", default="-")
_USERINFO = re.compile(r"(?<=://)[^/\s@'\"]+@")
_PASSWORD = re.compile(
    r"(?i)\b(password|pgpassword|token|authorization)(\s*[=:]\s*)(?:bearer\s+)?\S+"
)


@contextmanager
def request_scope(request: str) -> Generator[None, None, None]:
    """Stamp every line logged inside the block with the request's id."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """Return `text` without the given secrets, user names in addresses, and passwords."""
    for secret in secrets:
        text = text.replace(secret, "[redacted]")
    text = _USERINFO.sub("[redacted]@", text)
    return _PASSWORD.sub(r"\1\2[redacted]", text)


class _Line(logging.Formatter):
    """One record as one redacted line, or one JSON object."""

    def __init__(self, *, as_json: bool, secrets: Sequence[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request)s] %(message)s")
        self._as_json = as_json
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        record.__dict__["request"] = _request.get()
        if not self._as_json:
            return redact(super().format(record), self._secrets)
        fields = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "request": _request.get(),
            "message": redact(record.getMessage(), self._secrets),
        }
        if record.exc_info:
            fields["traceback"] = redact(self.formatException(record.exc_info), self._secrets)
        return json.dumps(fields)


def configure(settings: "Settings", stream: TextIO | None = None) -> None:
    """Send every log line to stderr in the format that the operator chose."""
    handler = logging.StreamHandler(stream)
    as_json = settings.log_format == "json"
    handler.setFormatter(_Line(as_json=as_json, secrets=settings.secrets))
    # A line that cannot be written would print its raw arguments, which nobody redacted.
    logging.raiseExceptions = False
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
