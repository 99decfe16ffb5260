"""Reading a schema: everything in one snapshot, with every name qualified."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from anyio.to_thread import run_sync

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.assemble import Observation, assemble
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.links import read_aliases, read_links, read_members
from server.engines.catalog.registry import readers
from server.engines.catalog.sighting import Sighting
from server.engines.catalog.unread import read_numbers, read_unmodeled
from server.engines.postgres.session import Isolation, Session, StatementError

# What PostgreSQL prints depends on these, and a database or role may have its own values. A shadow
# has no statistics on pg_catalog, and without them the planner takes nested loops that never end.
# With pg_temp last, no temporary table of the session passes for one of pg_catalog.
_SETTINGS = """
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL quote_all_identifiers = off;
SET LOCAL standard_conforming_strings = on;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL intervalstyle = 'postgres';
SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL xmloption = 'content';
SET LOCAL lc_monetary = 'C';
SET LOCAL jit = off;
SET LOCAL enable_nestloop = off;
"""
_ATTEMPTS = 10
_INTERNAL_ERROR = "XX000"
_CATALOGS = """
SELECT oid, relname FROM pg_class
WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
"""


T = TypeVar("T")


async def read_catalog(session: Session) -> Catalog:
    """Read the schema of the session's database, in a read-only transaction of its own.

    Raises:
        StatementError: the server refused a query, or the schema never held still.
        UnavailableError: the server ended the session.
    """
    seen = await observed_in_peace(session, _observe)
    # Naming the objects of a large schema takes longer than an event loop may be held up.
    return await run_sync(assemble, seen)


async def observed_in_peace(session: Session, observe: Callable[[Session], Awaitable[T]]) -> T:
    """Return what `observe` sees in one snapshot, which it may have to look at again.

    Raises:
        StatementError: the server refused a query, or the schema never held still.
        UnavailableError: the server ended the session.
    """
    # A snapshot keeps rows, but not what PostgreSQL's printing functions look up: what another
    # session drops in the meantime makes them fail, and the next snapshot does without it.
    for _ in range(_ATTEMPTS - 1):
        try:
            return await _observed_at_once(session, observe)
        except StatementError as refusal:
            if refusal.sqlstate != _INTERNAL_ERROR:
                raise
    return await _observed_at_once(session, observe)


async def read_catalogs(session: Session) -> Mapping[int, str]:
    """Return the tables of pg_catalog by their numbers."""
    return {row["oid"]: row["relname"] for row in await session.rows(_CATALOGS)}


async def _observed_at_once(session: Session, observe: Callable[[Session], Awaitable[T]]) -> T:
    async with session.undone(readonly=True, isolation=Isolation.REPEATABLE_READ):
        await session.script(_SETTINGS)
        return await observe(session)


async def _observe(session: Session) -> Observation:
    catalogs = await read_catalogs(session)
    numbers = await read_numbers(session)
    addresses = Addresses(
        [sighting async for sighting in _sightings(session, numbers)],
        await read_aliases(session),
        await read_members(session, catalogs),
    )
    return Observation(
        session.major,
        addresses,
        await read_links(session, catalogs),
        await read_unmodeled(session, catalogs, numbers, addresses),
    )


async def _sightings(
    session: Session, numbers: Mapping[str, Sequence[int]]
) -> AsyncIterator[Sighting]:
    for reader in readers():
        if not reader.is_idle(session.major, numbers):
            for row in await session.records(reader.query(session.major)):
                yield Sighting.of(reader, row)
