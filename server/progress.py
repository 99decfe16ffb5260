"""Progress while a call runs: which stage it is in, and for how long."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Final

import anyio
from mcp.server.mcpserver import Context

from server.wire_text import sendable

_TICK: Final = 0.5  # seconds between two notifications


@asynccontextmanager
async def progress(context: Context) -> AsyncGenerator[Callable[[str], None], None]:
    """Tell the client at least once a second which stage a call is in, until the block ends.

    A client that reads slowly, or has gone, does not slow the block down or break it: the
    telling is a task of its own, and not of a group, which would wrap what the block raises.
    """
    stage = "starting"
    started = anyio.current_time()

    def enter(text: str) -> None:
        nonlocal stage
        stage = text

    async def tell() -> None:
        while True:
            elapsed = round(anyio.current_time() - started, 3)
            await context.report_progress(elapsed, None, sendable(f"{stage} ({elapsed:.1f} s)"))
            await anyio.sleep(_TICK)

    teller = asyncio.create_task(tell())
    try:
        yield enter
    finally:
        teller.cancel()
        await asyncio.gather(teller, return_exceptions=True)
