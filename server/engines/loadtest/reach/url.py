"""A URL as a load test takes it: http or https, a name or a plain address, nothing hidden."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from server.errors import InvalidInputError

_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LONGEST_NAME: Final = 253
# A last label that is a number makes a name an IPv4 address to C libraries, in any base.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Braces may be places for values; what is none is encoded with the values.
_SAFE: Final = "/:?#[]@!$&'()*+,;=-._~%{}"


@dataclass(frozen=True, slots=True)
class TargetUrl:
    """`host` in lower case, an IPv6 address without brackets; `path` with its query, encoded."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What two URLs have in common that may share connections."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def parse_url(text: str) -> TargetUrl:
    """Read a URL.

    Raises:
        InvalidInputError: names what is wrong; a password in it is not repeated.
    """
    parts, port = _split(text)
    if parts.scheme not in _PORTS:
        raise _wrong("needs http:// or https://", text)
    if parts.username is not None or parts.password is not None:
        raise InvalidInputError(
            "A URL must not carry a user or a password.",
            next_step="Send credentials in the Authorization header.",
        )
    if port == 0:
        raise _wrong("has port 0", text)
    host = _host(parts.hostname or "", text)
    path = quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        path += "?" + quote(parts.query, safe=_SAFE)
    return TargetUrl(parts.scheme, host, port or _PORTS[parts.scheme], path)


def _split(text: str) -> tuple[SplitResult, int | None]:
    if any(ord(each) <= ord(" ") or each in "\\\x7f" for each in text):
        raise _wrong("holds a space, a backslash or a control character", text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _wrong("cannot be read", text) from None
    return parts, port


def _host(host: str, text: str) -> str:
    if ":" in host or _is_dotted(host):
        return _address(host, text)
    try:
        name = host.encode("idna").decode().lower().rstrip(".")
    except UnicodeError:
        raise _wrong("has a host that is no name", text) from None
    labels = name.split(".")
    if len(name) > _LONGEST_NAME or not all(_LABEL.fullmatch(each) for each in labels):
        raise _wrong("has a host that is no name", text)
    if _NUMBER.fullmatch(labels[-1]):
        raise _wrong("writes an address in a form that programs read differently", text)
    return name


def _is_dotted(host: str) -> bool:
    try:
        IPv4Address(host)
    except ValueError:
        return False
    return True


def _address(host: str, text: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        raise _wrong("has a host that is no address", text) from None


def _wrong(what: str, text: str) -> InvalidInputError:
    shown = text.partition("?")[0].rpartition("@")[2][:120]
    return InvalidInputError(
        f"URL {shown!r} {what}.", next_step="Give one as http://127.0.0.1:8000/orders?page=1."
    )
