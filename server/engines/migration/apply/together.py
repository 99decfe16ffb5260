"""Runs a segment in one transaction, with its entry in the journal, or leaves no trace of it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

import anyio

from server.engines.migration.apply import journal
from server.engines.migration.apply.blockers import Blocker
from server.engines.migration.apply.desk import Desk
from server.engines.migration.apply.journal import Entry, State
from server.engines.migration.apply.patience import RETRIED
from server.engines.migration.apply.stop import Failure
from server.engines.migration.rendering import is_setting, laid_out
from server.engines.migration.step import Segment, Step
from server.engines.postgres.session import StatementError
from server.errors import UnavailableError

_WRITE_SECONDS = 5


@dataclass(slots=True)
class _Place:
    """The steps with the settings around them, and which one runs or ran last."""

    steps: tuple[Step, ...]
    reached: int = 0

    @classmethod
    def before(cls, segment: Segment) -> Self:
        """Stand before the first."""
        return cls(laid_out(segment).steps)

    def walk(self) -> Iterator[Step]:
        """Yield the steps, each being the one that runs."""
        for number, step in enumerate(self.steps):
            self.reached = number
            yield step

    @property
    def step(self) -> Step:
        """The step that runs or ran last."""
        return self.steps[self.reached]

    @property
    def number(self) -> int:
        """The place of the step among those that are no settings, from 1."""
        return sum(not is_setting(each) for each in self.steps[: self.reached + 1])


async def run_together(desk: Desk, segment: Segment, entry: Entry, title: str) -> Failure | None:
    """Run the segment, and return why it failed, if it did.

    A lock that is not to be had, or a deadlock, makes the whole transaction start again.

    Raises:
        UnavailableError: the server ended the session; the journal tells whether it committed.
    """
    try:
        return await _attempts(desk, segment, entry, title)
    except anyio.get_cancelled_exc_class():
        await desk.settle()
        await _note(desk, entry, State.STOPPED, "canceled by the caller")
        raise


async def _attempts(desk: Desk, segment: Segment, entry: Entry, title: str) -> Failure | None:
    attempt = 1
    while failure := await _failure(
        desk, _Place.before(segment), entry, f"{title}, attempt {attempt}"
    ):
        if failure.sqlstate not in RETRIED or attempt == desk.patience.attempts:
            failure = replace(failure, attempts=attempt)
            await _note(desk, entry, State.FAILED, failure.reason)
            return failure
        await _pause(desk, failure.blockers, attempt, title)
        attempt += 1
    return None


async def _failure(desk: Desk, place: _Place, entry: Entry, title: str) -> Failure | None:
    try:
        await _attempt(desk, place, entry, title)
    except StatementError as error:
        # With the commit a deferred constraint may fail, too: then the last step is named.
        return Failure(place.step, error.message, error.sqlstate, blockers=desk.watch.blockers)
    return None


async def _attempt(desk: Desk, place: _Place, entry: Entry, title: str) -> None:
    session = desk.session
    async with session.transaction():
        number = await journal.begin(session, entry)
        for step in place.walk():
            desk.watch.begin(f"{title}, step {max(place.number, 1)}")
            await session.script(step.sql)
            if is_setting(step):
                # The caller may be more or less patient than the plan's own setting.
                await session.script(f"SET LOCAL lock_timeout = {desk.patience.lock_timeout_ms}")
        await journal.end(session, number, State.DONE)


async def _pause(desk: Desk, blockers: tuple[Blocker, ...], attempt: int, title: str) -> None:
    seconds = desk.patience.pause(attempt)
    who = "; ".join(map(str, blockers)) or "nobody that could be seen"
    desk.watch.begin(f"{title}: attempt {attempt} gave up, in the way was {who}; again soon")
    await anyio.sleep(seconds)


async def _note(desk: Desk, entry: Entry, state: State, error: str) -> None:
    with (
        anyio.move_on_after(_WRITE_SECONDS, shield=True),
        suppress(UnavailableError, StatementError),
    ):
        number = await journal.begin(desk.session, entry)
        await journal.end(desk.session, number, state, error=error)
