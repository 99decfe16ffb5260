"""Takes passwords out of SQL before anybody reads it: in reports, errors and differences."""

import re

_HIDDEN = "[redacted]"
_NAMED = re.compile(
    r"(?P<name>\b(?:\w*(?:password|passwd|pwd|passphrase|secret|token|api_?key|credential)\w*|auth"
    r"|connstr|conninfo|connection|options_digest)\"?\s*(?:=|\s|\bis\b)\s*)"
    r"(?P<value>E?'(?:[^']|'')*'?)",
    re.IGNORECASE,
)
_IN_CONNECTION = re.compile(r"(password\s*=\s*)[^\s'\"]+", re.IGNORECASE)
_IN_URL = re.compile(r"(://[^\s:/@']+:)[^\s@']+(?=@)")


def without_secrets(sql: str) -> str:
    """Return SQL, whole or cut, in which what sounds secret is hidden."""
    hidden = _NAMED.sub(lambda match: f"{match['name']}'{_HIDDEN}'", sql)
    hidden = _IN_CONNECTION.sub(lambda match: match[1] + _HIDDEN, hidden)
    return _IN_URL.sub(lambda match: match[1] + _HIDDEN, hidden)
