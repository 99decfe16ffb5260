"""Reading a schema: everything in one snapshot, with every name qualified."""

from collections.abc import AsyncIterator

from anyio.to_thread import run_sync

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.assemble import Observation, assemble
from server.engines.catalog.catalog import Catalog
from server.engines.catalog.links import read_aliases, read_links, read_members
from server.engines.catalog.registry import readers
from server.engines.catalog.sighting import Sighting
from server.engines.catalog.unread import read_unmodeled
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


async def read_catalog(session: Session) -> Catalog:
    """Read the schema of the session's database, in a read-only transaction of its own.

    Raises:
        StatementError: the server refused a query, or the schema never held still.
        UnavailableError: the server ended the session.
    """
    seen = await _observe_in_peace(session)
    # Naming the objects of a large schema takes longer than an event loop may be held up.
    return await run_sync(assemble, seen)


async def _observe_in_peace(session: Session) -> Observation:
    # A snapshot keeps rows, but not what PostgreSQL's printing functions look up: what another
    # session drops in the meantime makes them fail, and the next snapshot does without it.
    for _ in range(_ATTEMPTS - 1):
        try:
            return await _observe_at_once(session)
        except StatementError as refusal:
            if refusal.sqlstate != _INTERNAL_ERROR:
                raise
    return await _observe_at_once(session)


async def _observe_at_once(session: Session) -> Observation:
    async with session.undone(readonly=True, isolation=Isolation.REPEATABLE_READ):
        await session.script(_SETTINGS)
        return await _observe(session)


async def _observe(session: Session) -> Observation:
    catalogs = {row["oid"]: row["relname"] for row in await session.rows(_CATALOGS)}
    addresses = Addresses(
        [sighting async for sighting in _sightings(session)],
        await read_aliases(session),
        await read_members(session, catalogs),
    )
    return Observation(
        session.major,
        addresses,
        await read_links(session, catalogs),
        await read_unmodeled(session, catalogs, addresses),
    )


async def _sightings(session: Session) -> AsyncIterator[Sighting]:
    for reader in readers():
        if session.major >= reader.since:
            for row in await session.rows(reader.query(session.major)):
                yield Sighting.of(reader, row)
