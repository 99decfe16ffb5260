"""Requests as bytes, made once before the clock starts; what could smuggle another is refused."""

import re
from typing import Final

from server.engines.loadtest.plan import Message
from server.errors import InvalidInputError

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PATH: Final = re.compile(r"/[\x21-\x7e]*")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Those that frame a message or belong to one connection: ours to write.
_FRAMING: Final = frozenset(
    {
        "connection",
        "content-length",
        "expect",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)


def check(message: Message) -> None:
    """Refuse what would not be one well-formed request.

    Raises:
        InvalidInputError: names the part and the value; a header's value is never repeated.
    """
    if not _TOKEN.fullmatch(message.method):
        raise InvalidInputError(
            f"Method {message.method[:40]!r} is no HTTP method.",
            next_step="Give a token as GET or POST.",
        )
    if message.method.upper() == "CONNECT":
        raise InvalidInputError(
            "CONNECT opens a tunnel and measures nothing.", next_step="Give another method."
        )
    if not _PATH.fullmatch(message.path):
        raise InvalidInputError(
            f"Path {message.path[:80]!r} is not printable ASCII that starts with a slash.",
            next_step="Percent-encode it.",
        )
    for name, value in message.headers:
        _check_header(name, value)


def _check_header(name: str, value: str) -> None:
    if not _TOKEN.fullmatch(name):
        raise InvalidInputError(
            f"Header name {name[:40]!r} is no token.", next_step="Give a name as X-Request-Id."
        )
    if name.lower() in _FRAMING:
        raise InvalidInputError(
            f"Header {name} frames the message and is written by the engine.",
            next_step=f"Leave {name} out.",
        )
    if _CONTROL.search(value):
        raise InvalidInputError(
            f"The value of header {name} holds a control character.",
            next_step="Give one line of text.",
        )
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise InvalidInputError(
            f"The value of header {name} is not Latin-1.", next_step="Encode it first."
        ) from None


def http_1(message: Message, *, keeps: bool) -> bytes:
    """Return a checked message as HTTP/1.1 writes it."""
    lines = [f"{message.method} {message.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in message.headers]
    if message.body or message.method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(message.body)}")
    if not keeps:
        lines.append("Connection: close")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + message.body


def http_2(message: Message, scheme: str) -> list[tuple[str, str]]:
    """Return a checked message's header block as HTTP/2 writes it."""
    authority = next((value for name, value in message.headers if name.lower() == "host"), "")
    block = [
        (":method", message.method),
        (":scheme", scheme),
        (":authority", authority),
        (":path", message.path),
    ]
    block += [(name.lower(), value) for name, value in message.headers if name.lower() != "host"]
    if message.body:
        block.append(("content-length", str(len(message.body))))
    return block
