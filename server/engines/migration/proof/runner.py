"""Runs a plan on a clone: as a role without power, and watched while each transaction is open."""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from server.engines.catalog.reread import Rereader
from server.engines.migration.fill_in import settings_read
from server.engines.migration.proof.clones import Clone
from server.engines.migration.proof.course import Course, Failure
from server.engines.migration.proof.fixed_facts import fixed_facts
from server.engines.migration.proof.observe import Observer, timed
from server.engines.migration.proof.rights import Rights
from server.engines.migration.rendering import is_setting
from server.engines.migration.step import Evidence, Observation, Segment, Step
from server.engines.postgres.loading.elevation import NotElevatedError
from server.engines.postgres.session import StatementError
from server.engines.sql.pieces import Statement
from server.engines.sql.rehearsal import Form, Rehearsal, rehearsal
from server.engines.sql.vetting.verdict import CreateExtension, Elevated, Plain, RoleChange
from server.errors import InvalidSqlError, UnavailableError

_PLAN = "plan"
# What an operator fills in is proven with any value at all.
_FILL_IN = "SELECT pg_catalog.set_config($1, 'filled in', false)"
_LOCAL = re.compile(r"\s*SET\s+LOCAL\b", re.IGNORECASE)
# PostgreSQL refuses these inside a transaction, or they commit by themselves.
_OUTSIDE = frozenset(Form) - {Form.ORDINARY, Form.SETTING}


async def run_plan(
    clone: Clone,
    segments: Sequence[Segment],
    *,
    rereader: Rereader | None = None,
    follow: Callable[[Course], None] | None = None,
) -> Course:
    """Run the segments in order, each in its own transaction, until one fails.

    With a rereader the schema is read after each segment, so that a database can be found in it.
    `follow` is told after each segment how far it got, for whoever may end the work.
    """
    await clone.worker.script("RESET ROLE; RESET ALL")
    statements = (step.sql for segment in segments for step in segment.steps)
    for name in settings_read(statements):
        await clone.worker.rows(_FILL_IN, name)
    observer = await Observer.of(clone.superuser, clone.worker)
    runner = _Runner(clone, observer, Rights.of(clone))
    for segment in segments:
        if failure := await runner.attempt(segment):
            return runner.course(failure)
        if rereader is not None:
            runner.found(await rereader.fingerprint())
        if follow is not None:
            follow(runner.course())
    return runner.course()


@dataclass(slots=True)
class _Runner:
    """One run, which gets no further than the first failure."""

    clone: Clone
    observer: Observer
    rights: Rights
    _observations: list[Observation] = field(default_factory=list[Observation])
    _begun: list[Step] = field(default_factory=list[Step])
    _split_at: list[int] = field(default_factory=list[int])
    _boundaries: list[str] = field(default_factory=list[str])
    _local_settings: list[str] = field(default_factory=list[str])
    _transaction: AsyncExitStack | None = None

    def course(self, failure: Failure | None = None) -> Course:
        """Return what happened so far."""
        notes = self.rights.notes.lines()
        return Course(
            tuple(self._observations),
            failure,
            tuple(self._split_at),
            notes,
            tuple(self._boundaries),
        )

    def found(self, boundary: str) -> None:
        """Note what the schema is like by now."""
        self._boundaries.append(boundary)

    async def attempt(self, segment: Segment) -> Failure | None:
        """Run a segment, and return why it failed, if it did."""
        first = len(self._observations)
        self._begun.extend(segment.steps)
        try:
            await self._run(segment)
        except StatementError as error:
            return self._failure(segment, first, error.message, error.sqlstate)
        except InvalidSqlError as error:
            return self._failure(segment, first, error.refusal)
        except (NotElevatedError, UnavailableError) as error:
            return self._failure(segment, first, str(error))
        return None

    async def _run(self, segment: Segment) -> None:
        rehearsals = [rehearsal(Statement(step.sql, 1, 1, _PLAN)) for step in segment.steps]
        await self.rights.make(_roles(rehearsals))
        if segment.is_transactional:
            await self._together(rehearsals, segment)
        else:
            await self._alone(rehearsals, segment)

    def _failure(self, segment: Segment, first: int, message: str, state: str = "") -> Failure:
        # A commit that fails is told of the last statement: it brought no observation.
        here = min(len(self._observations), first + len(segment.steps) - 1)
        return Failure(here, self._number(here), segment.steps[here - first].sql, message, state)

    def _number(self, here: int) -> int:
        """Return the place of a step without those that only prepare the ground."""
        return max(1, sum(not is_setting(step) for step in self._begun[: here + 1]))

    async def _together(self, rehearsals: Iterable[Rehearsal], segment: Segment) -> None:
        self._local_settings.clear()
        await self.observer.begin()
        async with AsyncExitStack() as stack:
            self._transaction = stack
            await self._begin(stack)
            for each, step in zip(rehearsals, segment.steps, strict=True):
                self._observations.append(await self._observed(each, step.sql))
        self._transaction = None

    async def _alone(self, rehearsals: Iterable[Rehearsal], segment: Segment) -> None:
        self._transaction = None
        for each, step in zip(rehearsals, segment.steps, strict=True):
            if each.form in _OUTSIDE or each.form is Form.SETTING:
                self._observations.append(await self._unwatched(each, step.sql))
            else:
                # A transaction of its own is what it has anyway, and it can be watched in it.
                await self._together([each], Segment((step,)))

    async def _unwatched(self, each: Rehearsal, sql: str) -> Observation:
        seen = await fixed_facts(self.clone.superuser, sql, each)
        milliseconds = await timed(lambda: self.rights.run_outside(each))
        return Observation(seen.locks, seen.rewritten, seen.scanned, milliseconds, seen.evidence)

    async def _observed(self, each: Rehearsal, sql: str) -> Observation:
        match each.verdict:
            case Plain(then=None):
                seen = await self.observer.watch(each, lambda: self.rights.run_plain(each))
            case Plain(then=Elevated() as then):
                seen = await self.observer.watch(each, lambda: self.rights.run_plain(each))
                await self._elevated(then)
            case Elevated() as elevated:
                seen = await self._tried(elevated, each)
            case CreateExtension() | RoleChange():
                seen = await self._apart(each)
            case _:
                await self.rights.run_outside(each)
                seen = Observation()
        if _LOCAL.match(sql):
            self._local_settings.append(sql)
        return seen

    async def _tried(self, elevated: Elevated, each: Rehearsal) -> Observation:
        """Let the loader do what it may, and the superuser the rest."""
        if elevated.loader_first:
            try:
                return await self.observer.watch(each, lambda: self.rights.try_plainly(elevated))
            except StatementError as error:
                if not self.rights.is_denial(error):
                    raise
        milliseconds = await timed(lambda: self._elevated(*each.first, elevated))
        return Observation(milliseconds=milliseconds, evidence=Evidence.FIXED)

    async def _apart(self, each: Rehearsal) -> Observation:
        """Run what may need the superuser in the middle."""
        await self._end()
        milliseconds = await timed(lambda: self.rights.run_outside(each))
        await self._begin_again()
        return Observation(milliseconds=milliseconds, evidence=Evidence.FIXED)

    async def _elevated(self, *statements: Elevated) -> None:
        await self._end()
        for statement in statements:
            await self.rights.elevate(statement)
        await self._begin_again()

    async def _end(self) -> None:
        """Commit: the superuser's session would wait for the locks of this one."""
        if self._transaction is not None:
            self._split_at.append(len(self._observations))
            await self._transaction.aclose()

    async def _begin_again(self) -> None:
        if self._transaction is not None:
            await self.observer.begin()
            await self._begin(self._transaction)
            for setting in self._local_settings:
                await self.clone.worker.script(setting)

    async def _begin(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.clone.worker.transaction())


def _roles(rehearsals: Iterable[Rehearsal]) -> frozenset[str]:
    """Return the roles that the statements name; making them later would wait for our locks."""
    named = (getattr(each.verdict, "roles", frozenset[str]()) for each in rehearsals)
    return frozenset(name for names in named for name in names)
