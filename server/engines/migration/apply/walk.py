"""Runs segments on a copy one by one, and says what the schema is after each."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.catalog.read import read_catalog
from server.engines.migration.proof.clones import cloned, rereader_of
from server.engines.migration.proof.ground import Ground
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.rendering import laid_out
from server.engines.migration.step import Segment
from server.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Way:
    """Where segments lead: the end, and the fingerprint after each of them."""

    end: Ground
    boundaries: tuple[str, ...]


@asynccontextmanager
async def walked(
    ground: Ground, segments: Iterable[Segment], *, time_zone: str
) -> AsyncGenerator[Way, None]:
    """Hold the schema that the segments lead to, without rows.

    Raises:
        RefusedError: a statement fails on this schema.
    """
    written = await run_sync(lambda: [*map(laid_out, segments)])
    async with cloned(ground, time_zone=time_zone) as clone:
        course = await run_plan(clone, written, rereader=rereader_of(clone))
        if course.failure is not None:
            raise RefusedError(
                "On a copy of the database's present schema the plan fails: "
                f"{course.failure.message}.",
                next_step="Have generate_migration write a plan for the schema as it is.",
            )
        catalog = await read_catalog(clone.superuser)
        await clone.worker.close()
        await clone.superuser.close()
        yield Way(Ground(clone.database, clone.role, catalog, ground.notes), course.boundaries)
