"""A schema after its renames: really renamed on a clone, and read again by PostgreSQL."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.proof.clones import Clone, cloned
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.renames.derived import derived
from server.engines.migration.renames.rename import Rename
from server.engines.migration.renames.statements import renames
from server.engines.migration.step import Step, segments
from server.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Renamed:
    """The steps that rename, and the schema that they leave."""

    steps: tuple[Step, ...]
    catalog: Catalog


async def renamed(ground: Ground, target: Catalog, wanted: Sequence[Rename]) -> Renamed:
    """Carry out renames on a clone, with those of names that PostgreSQL once made of others.

    Raises:
        RefusedError: PostgreSQL refused one of them.
    """
    if not wanted:
        return Renamed((), ground.catalog)
    async with cloned(ground) as clone:
        first = renames(ground.catalog, target, wanted)
        between = await _carried_out(clone, first)
        second = renames(between, target, derived(between, target, wanted))
        return Renamed((*first, *second), await _carried_out(clone, second))


async def _carried_out(clone: Clone, steps: Sequence[Step]) -> Catalog:
    course = await run_plan(clone, segments(steps))
    if course.failure is not None:
        raise RefusedError(
            f"A rename is refused: {course.failure.message} ({course.failure.sql}).",
            next_step="Rename it in a migration of its own, or leave the rename out.",
        )
    return await read_catalog(clone.superuser)
