"""Names become addresses once, before anything is sent; connections go to the judged one."""

import errno
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import anyio

from server.engines.loadtest.reach.url import TargetUrl
from server.errors import NotFoundError

_IN_USE: Final = (errno.EADDRINUSE, errno.EACCES)
_PATIENCE: Final = 10.0  # seconds
_KNOCK: Final = 2.0  # seconds


async def resolve(url: TargetUrl) -> tuple[str, ...]:
    """Return every address of the URL's host.

    Raises:
        NotFoundError: the name has none, or no answer came in time.
    """
    try:
        with anyio.fail_after(_PATIENCE):
            found = await anyio.getaddrinfo(
                url.host, url.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )
    except (OSError, TimeoutError) as error:
        reason = getattr(error, "strerror", None) or "no answer in 10 s"
        raise NotFoundError(
            f"{url.host} has no address: {reason}.", next_step="Correct the host name."
        ) from None
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def first_open(addresses: Sequence[str], port: int) -> str:
    """Return the first address that takes a connection; the first of all where none does.

    `localhost` has two, and most servers listen on one of them.
    """
    for address in addresses if len(addresses) > 1 else ():
        with suppress(OSError, TimeoutError), anyio.fail_after(_KNOCK):
            stream = await anyio.connect_tcp(address, port)
            await stream.aclose()
            return address
    return addresses[0]


def is_own(address: str) -> bool:
    """Tell whether an address belongs to this machine: only such a one can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((address, 0))
    except OSError as error:
        # A machine without the family has no address of it either.
        return error.errno in _IN_USE
    return True
