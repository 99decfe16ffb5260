"""A database that holds one schema after the other, and what the checks say of each."""

from dataclasses import dataclass

from server.engines.analysis.examine import examine
from server.engines.analysis.finding import Finding
from server.engines.analysis.scope import Scope
from server.engines.catalog.read import read_catalog
from server.engines.postgres.session import Session
from server.engines.sql.psql import read_script

# As in a new database, but in a tenth of the time.
_EMPTY = """
DO $$
DECLARE each text;
BEGIN
  FOR each IN SELECT nspname FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
  LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', each);
  END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


@dataclass(frozen=True, slots=True)
class Patient:
    """A database to examine and to treat."""

    session: Session

    async def admit(self, sql: str) -> None:
        """Begin anew with this schema."""
        await self.session.script(_EMPTY)
        await self.take(sql)

    async def take(self, sql: str) -> None:
        """Run statements one by one, as CONCURRENTLY needs."""
        for piece in read_script([sql.encode()], file="example"):
            await self.session.script(piece.text)

    async def findings(self, *wanted: str) -> tuple[Finding, ...]:
        """Return what the wanted checks find, or all."""
        scope = Scope(await read_catalog(self.session), frozenset({"public"}))
        outcomes = examine(scope, wanted)
        return tuple(finding for each in outcomes for finding in each.findings)

    async def heal(self) -> set[str]:
        """Apply one fix after the other, and return the keys of findings that survived theirs."""
        tried = set[str]()
        while untried := [
            each for each in await self.findings() if each.fix and each.key not in tried
        ]:
            await self.take(untried[0].fix)
            tried.add(untried[0].key)
        return tried & {each.key for each in await self.findings()}

    async def flagged(self, sql: str, check: str) -> list[str]:
        """Return the objects of a schema in which one check finds something."""
        await self.admit(sql)
        return [each.subject.qualified_name for each in await self.findings(check)]
