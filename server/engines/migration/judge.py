"""A migration that somebody else wrote: run as it is, watched, judged, and set beside our own."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from anyio.to_thread import run_sync

from server.engines.catalog.identity import Identity
from server.engines.catalog.read import read_catalog
from server.engines.migration.draft import drafted, not_allowed
from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.foreign_culprits import told_by_deeds
from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.migration.foreign_losses import Ways, with_hazards, with_losses
from server.engines.migration.generate import Blocked, Generated, Request, generate, sides
from server.engines.migration.lint.lint import Migration, findings, read
from server.engines.migration.lint.rule import LintFinding
from server.engines.migration.lint.script import Script
from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.course import Course
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
from server.engines.postgres.loading.limits import DEFAULT_LIMITS, bounded
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import SourceFile
from server.errors import RefusedError

_UNWRAPPED = re.compile(rb"transaction:\s*false|CONCURRENTLY", re.IGNORECASE)


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
    """The way back that was proven with it."""
    forbidden: tuple[Identity, ...] = ()


def read_foreign(content: bytes, path: str, format_: Format) -> ForeignFile:
    """Read the part of a file that runs forward, as the runner of the format would.

    Raises:
        InvalidInputError: it is no file of that format, or not literal SQL.
    """
    name = path.rpartition("/")[2]
    scripts = format_.read([SourceFile(name, content)])
    is_wrapped = format_.wraps and not _UNWRAPPED.search(content)
    return read_file([script.sql for script in scripts], file=path, is_wrapped=is_wrapped)


async def judge(
    old: Ground, file: ForeignFile, request: Request, stage: Callable[[str], None]
) -> Judged:
    """Run the file on clones of the source schema, without rows and with them.

    Raises:
        RefusedError: where it leads holds what no plan is made for.
        UnavailableError: this machine lacks what the proof needs.
    """
    stage("running the file on a clone without rows")
    async with _applied(old, file) as tried:
        run = _Run(old, tried.target, file, tried.known)
        if tried.course.failure is not None:
            return run.judged(tried.course, request)
        stage("running it on rows, and the way back")
        renames, back = await _way_back(old, tried, request)
        run = replace(run, renames=Renames({each.old: each.new for each in renames}), back=back)
        proof = await prove(
            old, tried.target, Plan(file.segments, back), ProofOptions(renames=run.renames)
        )
        course = proof.forward if proof.forward.failure is None else tried.course
        judged = run.explained(run.judged(course, request), proof, request)
        ours = await generate(old, tried.target, replace(request, seen=renames), stage)
    return replace(judged, safe_form=ours)


@dataclass(frozen=True, slots=True)
class _Tried:
    """Where the file leads, or got to before it failed, and what went by other names before."""

    course: Course
    target: Ground
    known: Numbers
    renames: tuple[Rename, ...]


@asynccontextmanager
async def _applied(old: Ground, file: ForeignFile) -> AsyncGenerator[_Tried, None]:
    async with cloned(old) as clone:
        before = await numbered(clone.superuser)
        course = await bounded(
            lambda: run_plan(clone, file.segments),
            limits=DEFAULT_LIMITS,
            database=clone.database,
            spared=clone.superuser.pid,
            refusal="The migration was not tried to its end",
        )
        catalog = await read_catalog(clone.superuser)
        after = await numbered(clone.superuser)
        await clone.superuser.close()
        await clone.worker.close()
        target = Ground(clone.database, clone.role, catalog)
        yield _Tried(course, target, before, seen(before, after, old.catalog, catalog))


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
    renames: Renames = field(default_factory=Renames)
    back: tuple[Segment, ...] = ()

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
        known = relations(self.old.catalog)
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
