"""Secrets out of text: those that the operator configured, and what looks like one."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote, urlsplit

_REDACTED = "[redacted]"
_SHORTEST = 4  # characters of a password inside an address that is looked for by itself
# Both are bounded: a caller may send a text that makes an open one search for hours.
_USERINFO = re.compile(r"(?<=://)[^\s'\"]{1,256}@")
_NAMED = re.compile(
    r"(?i)(password|passwd|secret|token|authorization|api[_-]?key)"
    r"([\"']?\s{0,3}[=:]\s{0,3}[\"']?)(?:(?:bearer|basic)\s{1,3})?[^\s\"'&]{1,4096}"
)
_BEARER = re.compile(r"(?i)\b(bearer)\s{1,3}[^\s\"']{1,4096}")


def without_userinfo(text: str) -> str:
    """Return `text` without user names and passwords in addresses."""
    return _USERINFO.sub(f"{_REDACTED}@", text)


class Redactor:
    """Replaces secrets in texts; knows them as they are written in logs, too."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets; a password inside an address is one of its own."""
        forms = {form for secret in secrets for part in _parts(secret) for form in _forms(part)}
        # The longest first: a secret that holds another would keep its rest.
        found = "|".join(map(re.escape, sorted(forms - {""}, key=len, reverse=True)))
        self._known = re.compile(found) if found else None

    def redact(self, text: str) -> str:
        """Return `text` without secrets, user names in addresses and named passwords."""
        if self._known is not None:
            text = self._known.sub(_REDACTED, text)
        text = _NAMED.sub(rf"\1\2{_REDACTED}", without_userinfo(text))
        return _BEARER.sub(rf"\1 {_REDACTED}", text)


def _parts(secret: str) -> Iterator[str]:
    yield secret
    try:
        address = urlsplit(secret)
    except ValueError:  # an address that is none, as with an open bracket
        return
    password = address.password or ""
    # `postgres:postgres@` hides nothing, and without that word no log line could be read.
    if len(password) >= _SHORTEST and password not in {address.username, address.hostname}:
        yield password
        yield unquote(password)


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as it is, as `repr` shows it, and as a URL carries it."""
    yield secret
    yield repr(secret)[1:-1]
    yield quote(secret, safe="")
