"""A generator seen from the process that wants the measurement: started, heard, stopped."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import anyio

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.pipe import packed, received
from server.engines.loadtest.plan import Plan
from server.engines.loadtest.worker import Ended, Ready
from server.errors import UnavailableError

_ROOT: Final = str(Path(__file__).resolve().parents[3])
# `-P` and no `-m`: nothing is imported from the current folder, which may be anyone's.
_START: Final = (
    f"import sys; sys.path.insert(0, {_ROOT!r}); "
    "from server.engines.loadtest.worker import main; main()"
)
_PATIENCE: Final = 5.0  # seconds that a stopped generator has to end
_WORDS: Final = 1 << 26  # bytes of one value


class Generator:
    """One process that carries one share of a plan."""

    notice = 50_000_000
    """Nanoseconds between an order to start and the start."""

    def __init__(self, process: asyncio.subprocess.Process, share: Share) -> None:
        """Own a process that was given its plan."""
        if process.stdin is None or process.stdout is None:
            raise ValueError("a generator is spoken to through pipes")
        self._process = process
        self._orders = process.stdin
        self._told = process.stdout
        self.share = share
        self.loop = ""
        self.planned = 0
        self._is_started = False

    def give(self, plan: Plan) -> None:
        """Hand it the plan; it makes everything that can be made before the clock starts."""
        self._orders.write(packed((plan, self.share)))

    async def ready(self) -> tuple[Failure, str] | None:
        """Wait until the first connections are open; return why none is, where none is.

        Raises:
            UnavailableError: the process ended instead.
        """
        try:
            heard = await received(self._told)
        except EOFError:
            raise UnavailableError(
                "The process that sends the load ended before it began.",
                next_step="Its words are on stderr; call again.",
            ) from None
        if not isinstance(heard, Ready):
            raise TypeError(f"a generator said {type(heard).__name__} instead of Ready")
        self.planned = heard.planned
        return heard.failure

    def start(self, at: int) -> None:
        """Let it begin at `at`, in monotonic nanoseconds."""
        self._is_started = True
        self._orders.write(packed(at))

    def stop(self) -> None:
        """Let it take up nothing more and cancel what is in flight; its last frame comes."""
        with suppress(ConnectionError, RuntimeError):
            self._orders.write(b"\n")

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield what happened each second, until the end.

        Raises:
            EOFError: the process is gone before it said that it ended.
        """
        while True:
            heard = await received(self._told)
            if isinstance(heard, Ended):
                self.loop = heard.loop
                return
            if isinstance(heard, Frame):
                yield heard

    async def close(self) -> None:
        """Leave no process behind; one that was never started may still be connecting."""
        self._orders.close()
        if not self._is_started and self._process.returncode is None:
            self._process.kill()
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def generator(plan: Plan, share: Share) -> AsyncGenerator[Generator, None]:
    """Start a generator; it is gone when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        _START,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_WORDS,
    )
    started = Generator(process, share)
    try:
        started.give(plan)
        yield started
    finally:
        with anyio.CancelScope(shield=True):
            await started.close()
