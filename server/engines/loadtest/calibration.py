"""Our own echo, in the generator's own process: what it takes is the machine's and not a server's.

Measured with a baseline and again with what is held against it, it tells how far the machine
itself has moved in between.
"""

import asyncio
from typing import Final, cast

from typing_extensions import override

from server.engines.loadtest.plan import (
    Arrivals,
    Endpoint,
    Limits,
    Message,
    OpenLoad,
    Plan,
    Stage,
    Target,
)

SECONDS: Final = 5.0
_RATE: Final = 200.0
_ANSWER: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
_END: Final = b"\r\n\r\n"
HOST: Final = "calibration.invalid"
"""The host of a plan that is answered by the generator itself."""


def calibration_plan() -> Plan:
    """Return the one plan that is always the same."""
    message = Message("GET", "/", (("Host", HOST),))
    return Plan(
        run_id="calibration",
        endpoint=Endpoint("http", HOST, 0, "127.0.0.1"),
        targets=(Target("echo", (message,)),),
        load=OpenLoad(_RATE, (Stage(SECONDS, _RATE),), Arrivals.CONSTANT),
        limits=Limits(connections=20),
        stops_on_trouble=False,
    )


class Echo(asyncio.Protocol):
    """Answers every request without a body."""

    def __init__(self) -> None:
        """Have heard nothing yet."""
        self._heard = b""
        self._transport: asyncio.Transport | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        *whole, self._heard = (self._heard + data).split(_END)
        if self._transport is not None:
            self._transport.write(_ANSWER * len(whole))


async def echo() -> asyncio.Server:
    """Listen on loopback, on a free port."""
    return await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
