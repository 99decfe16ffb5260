"""The process that sends the load: nothing else runs in it while it measures.

stdin brings the plan and the share, then the moment to start; whatever comes after that, or its
end, stops the run. stdout tells `Ready`, the frames, and `Ended`.
"""

import asyncio
import gc
import os
import sys
from dataclasses import dataclass, replace
from typing import BinaryIO

from typing_extensions import override

from server.engines.loadtest.calibration import HOST, echo
from server.engines.loadtest.client.engine import Engine
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.pipe import packed, received
from server.engines.loadtest.plan import Plan


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything is made; `failure` says why no connection could be opened, where none could.

    `planned` counts the requests of the share, 0 in a closed model.
    """

    failure: tuple[Failure, str] | None
    planned: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The run is over; `loop` names the event loop that carried it."""

    loop: str


def main() -> None:
    """Serve one run over the pipes that this process was started with."""
    # What a library prints must not get between the values.
    values = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(values, "asyncio"))
    else:
        uvloop.run(_serve(values, "uvloop"))


async def _serve(out: BinaryIO, loop_name: str) -> None:
    orders = await _reader()
    told, written = await _writer(out)
    try:
        plan, share = await received(orders)
        plan = await _with_echo(plan)
        engine = Engine(plan, share)
        told.write(packed(Ready(await engine.warm_up(), engine.planned)))
        start = await received(orders)
    except EOFError:
        return
    # Collecting garbage would hold the clock up; what is made until here is never garbage.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    watch = asyncio.ensure_future(_stop_at_next_word(orders, engine))
    await engine.run(start, lambda frame: told.write(packed(frame)))
    watch.cancel()
    told.write(packed(Ended(loop_name)))
    told.close()
    await written.wait()


async def _stop_at_next_word(orders: asyncio.StreamReader, engine: Engine) -> None:
    await orders.read(1)
    engine.stop()


async def _reader() -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), sys.stdin)
    return stream


async def _with_echo(plan: Plan) -> Plan:
    """Lead a calibration to our own echo."""
    if plan.endpoint.host != HOST:
        return plan
    server = await echo()
    port = server.sockets[0].getsockname()[1]
    return replace(plan, endpoint=replace(plan.endpoint, port=port))


class _Written(asyncio.Protocol):
    """Tells when everything was written, or nobody reads any more."""

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self.wait = self._ended.wait

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._ended.set()


async def _writer(out: BinaryIO) -> tuple[asyncio.WriteTransport, _Written]:
    loop = asyncio.get_running_loop()
    return await loop.connect_write_pipe(_Written, out)
