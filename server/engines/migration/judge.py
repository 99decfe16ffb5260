"""A migration that somebody else wrote: run as it is, watched, judged, and set beside our own."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from anyio.to_thread import run_sync

from server.engines.catalog.identity import Identity
from server.engines.catalog.read import read_catalog
from server.engines.migration.brought import Brought, brings_all_back, brought
from server.engines.migration.draft import drafted, not_allowed
from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.foreign_culprits import told_by_deeds
from server.engines.migration.foreign_file import ForeignFile
from server.engines.migration.foreign_losses import Ways, with_hazards, with_losses
from server.engines.migration.generate import Blocked, Generated, Request, generate, sides
from server.engines.migration.lint.lint import Migration, findings, read
from server.engines.migration.lint.rule import LintFinding
from server.engines.migration.lint.script import Script
from server.engines.migration.proof.clones import Clone, cloned
from server.engines.migration.proof.course import Course, Failure
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.numbers import Numbers, numbered
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan, ProofOptions, prove
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.proof.survival import Survey
from server.engines.migration.proof.unexpected import unexpected
from server.engines.migration.renames.rename import Rename
from server.engines.migration.renames.seen import seen
from server.engines.migration.step import Segment
from server.engines.postgres.loading.limits import (
    DEFAULT_LIMITS,
    LimitReachedError,
    LoadLimits,
    bounded,
)
from server.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Judged:
    """What the file did and what is wrong with it; no proof where it does not even run empty.

    The steps of `file` say what they discard; `forbidden` is what of that nobody allowed.
    """

    file: ForeignFile
    course: Course
    proof: Proof | None
    findings: tuple[LintFinding, ...]
    effects: tuple[Effect, ...]
    safe_form: Blocked | Generated | None
    """What we would write instead; None where the file changes nothing, or fails."""
    back: tuple[Segment, ...] = ()
    """The way back that was proven with it: its own where that leads back, else ours."""
    forbidden: tuple[Identity, ...] = ()
    brought: Brought | None = None
    """What its own way back did, where it brings one and got that far."""


async def judge(
    old: Ground,
    file: ForeignFile,
    request: Request,
    stage: Callable[[str], None],
    limits: LoadLimits = DEFAULT_LIMITS,
) -> Judged:
    """Run the file on clones of the source schema, without rows and with them.

    Raises:
        RefusedError: where it leads holds what no plan is made for.
        UnavailableError: this machine lacks what the proof needs.
    """
    stage("running the file on a clone without rows")
    async with _applied(old, file, limits) as tried:
        run = _Run(old, tried.target, file, tried.known, limits)
        if tried.course.failure is not None:
            return run.judged(tried.course, request)
        stage("running it on rows, and the way back")
        renames, back = await _way_back(old, tried, request)
        run = replace(run, renames=Renames({each.old: each.new for each in renames}))
        proof, theirs = await run.proven(back, Renames({each.new: each.old for each in renames}))
        is_theirs = theirs is not None and theirs.leads_back
        run = replace(run, back=theirs.segments if theirs and is_theirs else back)
        course = proof.forward if proof.forward.failure is None else tried.course
        judged = run.explained(run.judged(course, request), proof, request)
        ours = await generate(old, tried.target, replace(request, seen=renames), stage)
    return replace(judged, safe_form=ours, brought=theirs)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Where the file leads, or got to before it failed, and what went by other names before."""

    course: Course
    target: Ground
    known: Numbers
    renames: tuple[Rename, ...]


@asynccontextmanager
async def _applied(
    old: Ground, file: ForeignFile, limits: LoadLimits
) -> AsyncGenerator[_Tried, None]:
    async with cloned(old) as clone:
        before = await numbered(clone.superuser)
        course = await _course(clone, file.segments, limits)
        catalog = await read_catalog(clone.superuser)
        after = await numbered(clone.superuser)
        await clone.superuser.close()
        await clone.worker.close()
        target = Ground(clone.database, clone.role, catalog)
        yield _Tried(course, target, before, seen(before, after, old.catalog, catalog))


async def _course(clone: Clone, segments: Sequence[Segment], limits: LoadLimits) -> Course:
    """Run the file; the statement that a limit ends it at is the one that fails."""
    reached = [Course()]
    try:
        return await bounded(
            lambda: run_plan(clone, segments, follow=reached.append),
            limits=limits,
            database=clone.database,
            spared=clone.superuser.pid,
            refusal="The migration was not tried to its end",
        )
    except LimitReachedError as limit:
        course = reached[-1]
        here = len(course.observations)
        sql = [step.sql for segment in segments for step in segment.steps][here]
        return replace(course, failure=Failure(here, here + 1, sql, f"ended, {limit.reason}"))


async def _way_back(
    old: Ground, tried: _Tried, request: Request
) -> tuple[tuple[Rename, ...], tuple[Segment, ...]]:
    """Return the way back that we would go, and the renames that it knows of."""
    renames = tried.renames
    try:
        source, target = await sides(old, tried.target, renames)
    except RefusedError:
        renames = ()
        source, target = await sides(old, tried.target, renames)
    draft = await run_sync(drafted, source, target, request.options)
    return renames, draft.back


@dataclass(frozen=True, slots=True)
class _Run:
    """A file that was run, and what is needed to say what it did."""

    old: Ground
    target: Ground
    file: ForeignFile
    known: Numbers
    limits: LoadLimits
    renames: Renames = field(default_factory=Renames)
    back: tuple[Segment, ...] = ()

    async def proven(
        self, ours: tuple[Segment, ...], origins: Renames
    ) -> tuple[Proof, Brought | None]:
        """Return the proof, by the file's own way back where that leads back, else by ours.

        `origins` are what the source calls what the target has.
        """
        if not self.file.back:
            return await self._proof(ours), None
        theirs = await self._proof(self.file.back)
        if theirs.forward.failure or theirs.stopped:
            return theirs, None
        measure = None if brings_all_back(theirs) else await self._proof(ours)
        known = {number: self.renames.of(each) for number, each in self.known.items()}
        found = brought(
            self.file.back,
            (theirs, measure),
            (self.old.catalog, self.target.catalog),
            Ways(known, origins.of),
        )
        return (theirs if found.leads_back else measure or theirs), found

    async def _proof(self, back: tuple[Segment, ...]) -> Proof:
        plan = Plan(self.file.segments, back)
        options = ProofOptions(renames=self.renames, limits=self.limits)
        return await prove(self.old, self.target, plan, options)

    def judged(self, course: Course, request: Request) -> Judged:
        """Return what the statements did by themselves, without a proof."""
        script = self._script(course)
        file = with_losses(self.file, script, self._ways)
        return self._with_file(
            file, Judged(file, course, None, findings(script), (), None), request
        )

    def explained(self, judged: Judged, proof: Proof, request: Request) -> Judged:
        """Return it with the proof, and with the statements that changed rows without a word."""
        survey = Survey(self.old.catalog, self.target.catalog, self.renames)
        strange = unexpected(proof.survival, (judged.file.segments, self.back), survey)
        survivals = [each for each in proof.survival if each.table in strange]
        deeds = told_by_deeds(survivals, self._script(judged.course), self._ways)
        file = with_hazards(judged.file, deeds)
        if not proof.back.failure:
            left = unexpected(proof.survival, (file.segments, self.back), survey)
            proof = replace(proof, unexpected=left)
        found = replace(judged, proof=proof, back=self.back)
        return self._with_file(file, found, request)

    def _with_file(self, file: ForeignFile, judged: Judged, request: Request) -> Judged:
        steps = (step for segment in file.segments for step in segment.steps)
        known = relations(self.old.catalog, self.target.catalog)
        return replace(
            judged,
            file=file,
            effects=effects(file.segments, judged.course, known),
            forbidden=not_allowed(steps, request.allowed),
        )

    def _script(self, course: Course) -> Script:
        return read(
            Migration(
                before=self.old.catalog,
                after=self.target.catalog,
                segments=self.file.segments,
                observations=course.observations,
                edge_faults=self.file.edge_faults,
            )
        )

    @property
    def _ways(self) -> Ways:
        return Ways(self.known, self.renames.of)
