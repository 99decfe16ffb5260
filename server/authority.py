"""Host and port as a URL writes them: `api.example.com`, `127.0.0.1:8000`, `[::1]:8000`."""

import re
from dataclasses import dataclass
from typing import Self

_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}|\*))?")


@dataclass(frozen=True, slots=True)
class Authority:
    """A host in lower case, an IPv6 one in brackets; without a port it stands for every port."""

    host: str
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST`, `HOST:PORT` or `HOST:*`.

        Raises:
            ValueError: it is none of them.
        """
        found = _AUTHORITY.fullmatch(text.lower())
        if found is None:
            raise ValueError("give a host as api.example.com or api.example.com:8443")
        port = found["port"]
        return cls(found["host"], int(port) if port and port != "*" else None)

    def covers(self, other: Self) -> bool:
        """Tell whether `other` is this host, on this port if one is named."""
        return self.host == other.host and self.port in {None, other.port}
