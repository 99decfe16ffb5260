"""Work that outlasts a call: it has an id, belongs to a principal, and keeps what came of it."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import anyio

from server.errors import NotFoundError, UnavailableError
from server.gate import Gate

_MOST_RUNNING: Final = 4  # of one principal, waiting ones among them
_MOST_KEPT: Final = 64
_KEPT_SECONDS: Final = 3_600.0


@dataclass(eq=False, slots=True)
class BackgroundRun:
    """One piece of work. `stop` asks it to end early with what it has; `stage` says where it is."""

    id: str
    principal: str
    title: str
    stage: str = "waiting"
    stop: Callable[[], None] = lambda: None
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    ended_at: float = 0.0
    result: object = None
    failure: BaseException | None = None

    def enter(self, stage: str) -> None:
        """Say where the work is now."""
        self.stage = stage

    @property
    def outcome(self) -> object:
        """What came of work that has ended; a failure is raised as it was."""
        if self.failure is not None:
            raise self.failure
        if self.result is None:
            raise UnavailableError(f"Run {self.id} was ended before it had a result.")
        return self.result


@asynccontextmanager
async def alone(
    run: BackgroundRun, gate: Gate, stop: Callable[[], None]
) -> AsyncGenerator[None, None]:
    """Let a run have the machine alone; while it waits a stop ends it, from then on `stop` does.

    Raises:
        UnavailableError: it was stopped before it began, or too many wait already.
    """
    async with AsyncExitStack() as stack:
        with anyio.CancelScope() as waiting:
            run.stop = waiting.cancel
            await stack.enter_async_context(gate.alone(run.enter))
        if waiting.cancel_called:
            raise UnavailableError(
                f"Run {run.id} was stopped before it began.", next_step="Nothing was sent."
            )
        run.stop = stop
        yield


class Runs:
    """The runs of one process, which end with it."""

    def __init__(self) -> None:
        """Hold none yet."""
        self._runs: dict[str, BackgroundRun] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(
        self, principal: str, title: str, work: Callable[[BackgroundRun], Awaitable[object]]
    ) -> BackgroundRun:
        """Start work that goes on when the call has ended.

        Raises:
            UnavailableError: so many runs of this principal have not ended.
        """
        self._forget()
        running = [run for run in self._owned(principal) if not run.ended.is_set()]
        if len(running) >= _MOST_RUNNING:
            raise UnavailableError(
                f"{len(running)} runs have not ended: {', '.join(run.id for run in running)}.",
                next_step="Wait for one, or stop it.",
            )
        run = BackgroundRun(f"run-{secrets.token_hex(6)}", principal, title)
        self._runs[run.id] = run
        task = asyncio.get_running_loop().create_task(_carry(run, work), name=run.id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    def find(self, run_id: str, principal: str) -> BackgroundRun:
        """Return a run of this principal.

        Raises:
            NotFoundError: it has none of that id; one of another principal looks the same.
        """
        self._forget()
        run = self._runs.get(run_id)
        if run is None or run.principal != principal:
            known = ", ".join(each.id for each in self._owned(principal)) or "none"
            raise NotFoundError(
                f"There is no run {run_id[:40]!r}. Runs: {known}.",
                next_step="Results are kept for an hour.",
            )
        return run

    def _owned(self, principal: str) -> list[BackgroundRun]:
        return [run for run in self._runs.values() if run.principal == principal]

    def _forget(self) -> None:
        """Drop results that are old, and the oldest where there are many."""
        oldest = time.monotonic() - _KEPT_SECONDS
        ended = [run for run in self._runs.values() if run.ended.is_set()]
        late = [run for run in ended if run.ended_at < oldest]
        for run in late or ended[: max(0, len(self._runs) - _MOST_KEPT)]:
            del self._runs[run.id]

    async def close(self) -> None:
        """End every run and wait until each has cleaned up."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError), anyio.CancelScope(shield=True):
            await asyncio.gather(*tasks, return_exceptions=True)


async def _carry(run: BackgroundRun, work: Callable[[BackgroundRun], Awaitable[object]]) -> None:
    try:
        run.result = await work(run)
    except Exception as error:  # ruff: ignore[blind-except] - raised again by whoever asks for the outcome
        run.failure = error
    finally:
        run.ended_at = time.monotonic()
        run.ended.set()
