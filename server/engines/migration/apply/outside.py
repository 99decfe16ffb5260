"""Runs a step that PostgreSQL refuses inside a transaction, and cleans up after it."""

from contextlib import suppress
from dataclasses import dataclass

import anyio

from server.engines.migration.apply import journal
from server.engines.migration.apply.desk import Desk
from server.engines.migration.apply.facts import Fact, fact, finishing
from server.engines.migration.apply.journal import Entry, State
from server.engines.migration.apply.stop import Failure
from server.engines.migration.rendering import laid_out
from server.engines.migration.step import Segment, Step
from server.engines.postgres.session import StatementError
from server.engines.sql.concurrent_change import BuiltIndex, ConcurrentChange, concurrent_change
from server.engines.sql.pieces import Statement
from server.engines.sql.quote import qualified
from server.errors import UnavailableError

_CLEANING_SECONDS = 20
_CLEANING_LOCK = "5s"
_FOUND_DONE = "found done: an earlier attempt had finished it"
_BATCHES = "; what it committed by itself stays, and the next attempt goes on from there"


async def run_outside(
    desk: Desk, segment: Segment, entry: Entry, title: str, *, is_ahead: bool
) -> Failure | None:
    """Run the one step of the segment, and return why it failed, if it did.

    `is_ahead` says that the schema already is what it shall be afterwards.

    Raises:
        UnavailableError: the server ended the session; the next run looks how far it came.
    """
    step = laid_out(segment).steps[0]
    change = concurrent_change(Statement(step.sql, 1, 1, "plan"))
    work = _Work(desk, step, change, title)
    number = await journal.begin(desk.session, entry)
    try:
        outcome = await work.run(is_ahead=is_ahead)
    except (StatementError, _UnfinishedError) as error:
        leftover = await work.clean()
        blockers = desk.watch.blockers
        failure = Failure(step, error.message, error.sqlstate, blockers=blockers, leftover=leftover)
        await work.note(number, State.FAILED, failure.reason)
        return failure
    except anyio.get_cancelled_exc_class():
        await desk.settle()
        leftover = await work.clean()
        await work.note(number, State.STOPPED, f"canceled by the caller{leftover}")
        raise
    await journal.end(desk.session, number, State.DONE, outcome=outcome)
    return None


class _UnfinishedError(Exception):
    """Nothing was refused, and the work is not there all the same."""

    def __init__(self, message: str) -> None:
        """Say why."""
        super().__init__(message)
        self.message, self.sqlstate = message, ""


@dataclass(frozen=True, slots=True)
class _Work:
    desk: Desk
    step: Step
    change: ConcurrentChange | None
    title: str

    async def run(self, *, is_ahead: bool) -> str:
        """Do what is left to do, and return a remark for the journal."""
        here = await self._fact(is_ahead=is_ahead)
        if here is Fact.DONE:
            return _FOUND_DONE
        if here is Fact.BUSY:
            raise _UnfinishedError("another session is building this index right now")
        if here is Fact.HALF_DONE and self.change is not None:
            await self._script(finishing(self.change))
            if not isinstance(self.change, BuiltIndex):
                return "completed what an earlier attempt had begun"
        await self._script(self.step.sql)
        if self.change is not None and await fact(self.desk.session, self.change) is not Fact.DONE:
            raise _UnfinishedError("the statement ended, and its work is not there")
        return ""

    async def _fact(self, *, is_ahead: bool) -> Fact:
        if self.change is None:
            return Fact.DONE if is_ahead else Fact.UNDONE
        return await fact(self.desk.session, self.change)

    async def _script(self, statement: str) -> None:
        self.desk.watch.begin(self.title)
        # A wait for other transactions is part of the work.
        await self.desk.session.script("SET lock_timeout = 0; SET statement_timeout = 0")
        await self.desk.session.script(statement)

    async def clean(self) -> str:
        """Drop an index that came to nothing, and say what stays behind, if anything."""
        if not isinstance(self.change, BuiltIndex):
            return _BATCHES if self.step.sql.lstrip().upper().startswith("DO") else ""
        name = qualified(*self.change.index)
        left = f"; the index {name} stays behind invalid, and the next attempt drops it first"
        with (
            anyio.move_on_after(_CLEANING_SECONDS, shield=True),
            suppress(UnavailableError, StatementError),
        ):
            async with self.desk.live.write() as session:
                await session.script(f"SET lock_timeout = '{_CLEANING_LOCK}'")
                if await fact(session, self.change) is Fact.HALF_DONE:
                    await session.script(finishing(self.change))
                left = ""
        return left

    async def note(self, number: int, state: State, error: str) -> None:
        """Write how it ended, even when canceled, and even if the first session is gone."""
        with (
            anyio.move_on_after(_CLEANING_SECONDS, shield=True),
            suppress(UnavailableError, StatementError),
        ):
            async with self.desk.live.write() as session:
                await journal.end(session, number, state, error=error)
