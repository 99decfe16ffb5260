"""Reading one schema again and again: only what changed is named and printed anew."""

from collections.abc import Callable, Iterable

from anyio.to_thread import run_sync

from server.engines.catalog.addresses import Addresses
from server.engines.catalog.assemble import remarks_on_parts, without_collector
from server.engines.catalog.fact import Fact
from server.engines.catalog.fingerprint import digest
from server.engines.catalog.links import read_aliases, read_members
from server.engines.catalog.memory import Memory
from server.engines.catalog.read import observed_in_peace, read_catalogs
from server.engines.catalog.registry import readers
from server.engines.catalog.unread import read_numbers, read_unmodeled
from server.engines.postgres.session import Session


class Rereader:
    """Tells the fingerprint of the schema in a session's database, as often as it is asked.

    It is that of a whole reading: every row is read each time, and what is remembered of one is
    used only while the row and the names of all that it refers to are what they were.
    """

    def __init__(self, session: Session, share: Callable[[Fact], str]) -> None:
        """Take the session, which should keep its statements, and what a fact adds."""
        self._session = session
        self._share = share
        self._memory = Memory(share)

    async def fingerprint(self) -> str:
        """Read the schema; raises as `read_catalog` does."""
        addresses, unmodeled = await observed_in_peace(self._session, self._observe)
        return await run_sync(self._fingerprint, addresses, unmodeled)

    async def _observe(self, session: Session) -> tuple[Addresses, tuple[Fact, ...]]:
        catalogs, memory = await read_catalogs(session), self._memory
        numbers = await read_numbers(session)
        sightings = [
            sighting
            for reader in readers()
            if not reader.is_idle(session.major, numbers)
            for sighting in memory.sightings(
                reader, await session.records(reader.query(session.major))
            )
        ]
        addresses = Addresses(
            sightings,
            await read_aliases(session),
            await read_members(session, catalogs),
            memory.name,
        )
        return addresses, await read_unmodeled(session, catalogs, numbers, addresses)

    def _fingerprint(self, addresses: Addresses, unmodeled: Iterable[Fact]) -> str:
        with without_collector():
            rare = {*unmodeled, *remarks_on_parts(addresses)}
            shares = self._memory.shares(addresses, rare)
            return digest(shares)
