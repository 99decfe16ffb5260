"""From two loaded schemas to a plan with its proof: drafted, written as files, run, looked at."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace

from anyio.to_thread import run_sync

from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.migration.draft import Draft, Side, drafted, not_allowed
from server.engines.migration.effect import Effect, effects, relations
from server.engines.migration.given_values import (
    Values,
    annotated_values,
    asked_values,
    missing_values,
)
from server.engines.migration.owners import named_owners
from server.engines.migration.plan import Plan
from server.engines.migration.planner import PlanOptions
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.proof import Proof
from server.engines.migration.proof.prove import Plan as Tried
from server.engines.migration.proof.prove import ProofOptions, prove
from server.engines.migration.proof.seed.demands import Renames
from server.engines.migration.renamed import renamed
from server.engines.migration.renames.annotations import Annotated, read_annotations, resolved
from server.engines.migration.renames.likely import LikelyRename, likely_renames
from server.engines.migration.renames.rename import Rename
from server.engines.migration.renames.request import merged, requested
from server.engines.migration.rendering import Heading, Rendering, rendered
from server.engines.sql.formats.format import Format


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted; `heading` gets the fingerprint of the source for the files' first lines."""

    options: PlanOptions
    allowed: Container[str]
    format: Format
    renames: tuple[str, ...]
    """Renames by argument; those by annotation stand in the scripts of the target."""
    heading: Callable[[str], Heading]
    database: str = ""
    values: tuple[str, ...] = ()
    """Values by argument for rows that are there; those by annotation stand in the target, too."""
    seen: tuple[Rename, ...] = ()
    """Renames that need not be asked for: they happened."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A draft that would lose data which nobody allowed to be lost."""

    draft: Draft
    forbidden: tuple[Identity, ...]
    questions: tuple[LikelyRename, ...] = ()
    missing: tuple[Column, ...] = ()
    """As of `Generated`: all that is open is asked at once."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A plan, its files and its proof; the effects of the steps that ran, in order."""

    draft: Draft
    plan: Plan
    rendering: Rendering
    proof: Proof
    effects: tuple[Effect, ...]
    effects_back: tuple[Effect, ...]
    questions: tuple[LikelyRename, ...] = ()
    missing: tuple[Column, ...] = ()
    """New columns that refuse NULL and for which no value was given."""
    notes: tuple[str, ...] = ()


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
    annotated = await run_sync(_annotated, old, new)
    asked = requested(request.renames, old.catalog, new.catalog)
    wanted = merged((*annotated.renames, *request.seen), asked)
    source, target = await sides(old, new, wanted)
    given = await run_sync(_given, new, request.values)
    draft = await run_sync(drafted, source, target, replace(request.options, values=given))
    if draft.is_empty:
        return None
    questions = await run_sync(likely_renames, source.renamed, new.catalog, wanted)
    missing = await run_sync(missing_values, source.renamed, new.catalog, given)
    forbidden = not_allowed(draft.steps, request.allowed)
    if forbidden:
        return Blocked(draft, forbidden, questions, missing)
    heading = request.heading(await run_sync(lambda: old.boundary))
    rendering = await run_sync(rendered, draft, request.format, heading)
    stage("proving it on a clone, forward and back")
    options = ProofOptions(
        renames=Renames({each.old: each.new for each in wanted}),
        with_owners=request.options.with_owners,
    )
    proof = await prove(old, new, Tried(rendering.forward, rendering.back), options)
    return Generated(
        draft,
        await run_sync(_plan, draft, proof, (old, new), request, wanted),
        rendering,
        proof,
        effects(rendering.forward, proof.forward, relations(old.catalog, source.renamed)),
        effects(rendering.back, proof.back, relations(new.catalog, target.renamed)),
        questions,
        missing,
        annotated.notes,
    )


def _given(new: Ground, asked: Sequence[str]) -> Values:
    """Return the values for rows that are there; what a caller says counts more."""
    annotated = annotated_values(new.scripts, new.catalog)
    return {**annotated, **asked_values(asked, new.catalog)}


def _annotated(old: Ground, new: Ground) -> Annotated:
    return resolved(read_annotations(new.scripts), old.catalog, new.catalog)


async def sides(old: Ground, new: Ground, wanted: Sequence[Rename]) -> tuple[Side, Side]:
    """Return both schemas as a draft takes them.

    Raises:
        RefusedError: PostgreSQL refuses a rename.
    """
    source = await _side(old, new, wanted)
    return source, await _side(new, old, [each.reversed for each in wanted])


async def _side(ground: Ground, other: Ground, wanted: Sequence[Rename]) -> Side:
    found = await renamed(ground, other.catalog, wanted)
    return Side(ground.catalog, found.steps, found.catalog)


def _plan(
    draft: Draft,
    proof: Proof,
    grounds: tuple[Ground, Ground],
    request: Request,
    wanted: Iterable[Rename],
) -> Plan:
    old, new = grounds
    with_owners = request.options.with_owners
    return Plan(
        database=request.database,
        major=old.catalog.major,
        source=old.boundary,
        target=new.boundary,
        fingerprints=(old.boundary, *proof.forward.boundaries),
        forward=draft.forward,
        back=draft.back,
        renames=tuple(wanted),
        with_owners=with_owners,
        owners=named_owners(new.catalog) if with_owners else {},
    )
