"""Progress while a call runs: which stage it is in, and for how long."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import anyio
from mcp.server.mcpserver import Context

from server.wire_text import sendable

TELLER: Final = "progress of a call"
"""The name of the task that tells it."""
_TICK: Final = 0.5  # seconds between two notifications
_GONE: Final = (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


@asynccontextmanager
async def progress(context: Context) -> AsyncGenerator[Callable[[str], None], None]:
    """Tell the client at least once a second which stage a call is in, until the block ends.

    A client that reads slowly, or has gone, does not hold the block up. A canceled call tells
    nothing more, even while it cleans up: the client has forgotten it.
    """
    stage = "starting"
    started = anyio.current_time()

    def enter(text: str) -> None:
        nonlocal stage
        stage = text

    async def tell() -> None:
        with suppress(*_GONE):
            while True:
                elapsed = round(anyio.current_time() - started, 3)
                await context.report_progress(elapsed, None, sendable(f"{stage} ({elapsed:.1f} s)"))
                await anyio.sleep(_TICK)

    failure: BaseException | None = None
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tell, name=TELLER)
            yield enter
            tasks.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        # The group is ours; what the block raised leaves it as it was raised.
        failure = group.exceptions[0]
    if failure is not None:
        raise failure
