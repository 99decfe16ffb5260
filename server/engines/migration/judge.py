"""A migration that somebody else wrote: run as it is, watched, judged, and set beside our own."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.catalog.read import read_catalog
from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.migration.generate import Blocked, Generated, Request, generate
from server.engines.migration.lint.lint import Migration, findings
from server.engines.migration.lint.rule import LintFinding
from server.engines.migration.planner import steps
from server.engines.migration.proof.clones import cloned
from server.engines.migration.proof.course import Course
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan, ProofOptions, prove
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.step import segments
from server.engines.sql.formats.format import Format
from server.engines.sql.formats.model import SourceFile

_UNWRAPPED = re.compile(rb"transaction:\s*false|CONCURRENTLY", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the file did and what is wrong with it; no proof where it does not even run empty."""

    file: ForeignFile
    course: Course
    proof: Proof | None
    findings: tuple[LintFinding, ...]
    effects: tuple[Effect, ...]
    safe_form: Blocked | Generated | None
    """What we would write instead; None where the file changes nothing, or fails."""


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
    async with _applied(old, file) as (empty, target):
        if empty.failure is not None:
            return Judged(file, empty, None, *_seen(old, target, file, empty), None)
        stage("running it on rows, and the way back")
        back = segments(await run_sync(steps, target.catalog, old.catalog, request.options))
        plan = Plan(file.segments, back)
        proof = await prove(old, target, plan, ProofOptions())
        course = proof.forward if proof.forward.failure is None else empty
        seen = _seen(old, target, file, course)
        ours = await generate(old, target, request, stage)
    return Judged(file, course, proof, *seen, ours)


@asynccontextmanager
async def _applied(old: Ground, file: ForeignFile) -> AsyncGenerator[tuple[Course, Ground], None]:
    """Hold the schema that the file leads to, or got to before it failed."""
    async with cloned(old) as clone:
        course = await run_plan(clone, file.segments)
        catalog = await read_catalog(clone.superuser)
        await clone.superuser.close()
        await clone.worker.close()
        yield course, Ground(clone.database, clone.role, catalog)


def _seen(
    old: Ground, target: Ground, file: ForeignFile, course: Course
) -> tuple[tuple[LintFinding, ...], tuple[Effect, ...]]:
    migration = Migration(
        before=old.catalog,
        after=target.catalog,
        segments=file.segments,
        observations=course.observations,
        edge_faults=file.edge_faults,
    )
    known = relations(old.catalog)
    return findings(migration), effects(file.segments, course, known)
