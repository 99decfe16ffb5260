"""From two loaded schemas to a plan with its proof: drafted, written as files, run, looked at."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.boundary import boundary
from server.engines.migration.draft import Draft, drafted, not_allowed
from server.engines.migration.effect import Effect, effect
from server.engines.migration.plan import Plan
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.course import Course
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan as Tried
from server.engines.migration.proof.prove import ProofOptions, prove
from server.engines.migration.rendering import Heading, Rendering, is_setting, rendered
from server.engines.migration.step import Segment
from server.engines.sql.formats.format import Format


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted; `heading` gets the fingerprint of the source for the files' first lines."""

    options: PlanOptions
    allowed: Container[str]
    format: Format
    heading: Callable[[str], Heading]
    database: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A draft that would lose data which nobody allowed to be lost."""

    draft: Draft
    forbidden: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Generated:
    """A plan, its files and its proof; the effects of the steps that ran, in order."""

    draft: Draft
    plan: Plan
    rendering: Rendering
    proof: Proof
    effects: tuple[Effect, ...]
    effects_back: tuple[Effect, ...]


async def generate(
    old: Ground, new: Ground, request: Request, stage: Callable[[str], None]
) -> Blocked | Generated | None:
    """Return the proven plan; None where the schemas are equal.

    Raises:
        RefusedError: a schema holds what no plan is made for.
        UnavailableError: this machine lacks what the proof needs.
        InvalidInputError: the plan takes too long, too much memory or too much disk.
    """
    stage("planning")
    draft = await run_sync(drafted, old.catalog, new.catalog, request.options)
    if draft.is_empty:
        return None
    forbidden = not_allowed(draft.steps, request.allowed)
    if forbidden:
        return Blocked(draft, forbidden)
    heading = request.heading(await run_sync(boundary, old.catalog))
    rendering = await run_sync(rendered, draft, request.format, heading)
    stage("proving it on a clone, forward and back")
    options = ProofOptions(with_owners=request.options.with_owners)
    proof = await prove(old, new, Tried(rendering.forward, rendering.back), options)
    return Generated(
        draft,
        await run_sync(_plan, draft, proof, (old, new), request.database),
        rendering,
        proof,
        _effects(rendering.forward, proof.forward, old.catalog),
        _effects(rendering.back, proof.back, new.catalog),
    )


def _plan(draft: Draft, proof: Proof, grounds: tuple[Ground, Ground], database: str) -> Plan:
    old, new = grounds
    return Plan(
        database=database,
        major=old.catalog.major,
        source=boundary(old.catalog),
        target=boundary(new.catalog),
        fingerprints=(boundary(old.catalog), *proof.forward.boundaries),
        forward=draft.forward,
        back=draft.back,
    )


def _effects(segments: Sequence[Segment], course: Course, before: Catalog) -> tuple[Effect, ...]:
    """Return what the steps did, without those that only set a time-out."""
    steps = (step for segment in segments for step in segment.steps)
    return tuple(
        effect(step, seen, before)
        for step, seen in zip(steps, course.observations, strict=False)
        if not is_setting(step)
    )
