"""Leads a filled database from one schema to another by renames alone, and back."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import Difference
from server.engines.catalog.read import read_catalog
from server.engines.migration.planner import counted
from server.engines.migration.renames.annotations import read_annotations, resolved
from server.engines.migration.renames.derived import derived
from server.engines.migration.renames.rename import Rename
from server.engines.migration.renames.request import merged, requested
from server.engines.migration.renames.statements import renames
from server.engines.migration.step import Step
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.loading.script import Script
from server.engines.postgres.session import Session


@dataclass(frozen=True)
class Trip:
    """`rest` is what still differs from the new schema, `rest_back` from the old one again."""

    steps: tuple[Step, ...]
    rest: tuple[Difference, ...]
    rest_back: tuple[Difference, ...]
    rows: list[str]
    notes: tuple[str, ...]


def script(text: str) -> Script:
    return Script("new.sql", lambda: io.BytesIO(text.encode()))


async def loaded(database: Database, sql: str) -> Catalog:
    async with await database.connect(settings={"search_path": "public"}) as session:
        await session.script(sql or "SELECT")
        return await read_catalog(session)


async def catalogs(cluster: Cluster, *scripts: str) -> list[Catalog]:
    found: list[Catalog] = []
    for sql in scripts:
        async with cluster.database() as database:
            found.append(await loaded(database, sql))
    return found


async def taken(
    cluster: Cluster, old: str, new: str, *arguments: str, rows: str = "", survives: str = ""
) -> Trip:
    """Rename what annotations in `new` and the arguments ask for; `survives` is run afterwards."""
    async with cluster.database() as one, cluster.database() as other:
        before, after = await loaded(one, old), await loaded(other, new)
        annotated = resolved(read_annotations([script(new)]), before, after)
        wanted = merged(annotated.renames, requested(arguments, before, after))
        async with await one.connect(settings={"search_path": "public"}) as session:
            await session.script(rows or "SELECT")
            steps, there = await _renamed(session, before, after, wanted)
            found = await session.rows(survives) if survives else []
            _, back = await _renamed(session, there, before, [each.reversed for each in wanted])
    return Trip(
        steps,
        counted(there, after),
        counted(back, before),
        [str(next(iter(row.values()))) for row in found],
        annotated.notes,
    )


async def _renamed(
    session: Session, old: Catalog, new: Catalog, wanted: Sequence[Rename]
) -> tuple[tuple[Step, ...], Catalog]:
    first = renames(old, new, wanted)
    between = await _after(session, first)
    second = renames(between, new, derived(between, new, wanted))
    return (*first, *second), await _after(session, second)


async def _after(session: Session, steps: Sequence[Step]) -> Catalog:
    for step in steps:
        await session.script(step.sql)
    return await read_catalog(session)
