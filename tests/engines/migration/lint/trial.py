"""One clone on which many small migrations are tried, each on a schema of its own."""

from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.migration.foreign_file import ForeignFile, read_file
from server.engines.migration.lint.lint import Migration, findings, read
from server.engines.migration.lint.rule import LintFinding
from server.engines.migration.proof.clones import Clone
from server.engines.migration.proof.course import Course
from server.engines.migration.proof.runner import run_plan
from server.engines.migration.proof.seed.later import Future
from server.engines.migration.proof.seed.seed import SeedRequest, seed
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
  FOR each IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'
  LOOP
    EXECUTE format('DROP EXTENSION %I', each);
  END LOOP;
END $$;
CREATE SCHEMA public AUTHORIZATION pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a migration, and what the rules say."""

    course: Course
    found: tuple[LintFinding, ...]

    def of(self, rule: str) -> tuple[LintFinding, ...]:
        """Return the findings of one rule."""
        return tuple(each for each in self.found if each.rule == rule)


@dataclass(frozen=True, slots=True)
class Trial:
    """A clone to try migrations on."""

    clone: Clone

    async def judge(self, schema: str, migration: str, *, is_wrapped: bool = False) -> Verdict:
        """Run a migration on a schema and judge it."""
        await self._prepare(schema)
        return await self.judge_here(migration, is_wrapped=is_wrapped)

    async def judge_here(self, migration: str, *, is_wrapped: bool = False) -> Verdict:
        """Run one more migration on what is there, and judge it."""
        before = await read_catalog(self.clone.superuser)
        file = read_file([migration.encode()], file="migration.sql", is_wrapped=is_wrapped)
        course = await run_plan(self.clone, file.segments)
        after = await read_catalog(self.clone.superuser)
        return Verdict(course, _found(before, after, file, course))

    async def judge_with_rows(self, schema: str, migration: str) -> Verdict:
        """Do the same on tables that hold rows; as a proof does, without where they stop it."""
        await self.judge(schema, migration)
        after = await read_catalog(self.clone.superuser)
        await self._prepare(schema)
        before = await read_catalog(self.clone.superuser)
        await seed(self.clone, SeedRequest(Future(before, after)))
        verdict = await self.judge_here(migration)
        failure = verdict.course.failure
        is_stopped = failure is not None and failure.is_about_rows
        return await self.judge(schema, migration) if is_stopped else verdict

    async def _prepare(self, schema: str) -> None:
        await self.clone.superuser.script(_EMPTY)
        await self.clone.worker.script("RESET ROLE; RESET ALL")
        for piece in read_script([schema.encode()], file="schema.sql"):
            await self.clone.worker.script(piece.text)


def _found(
    before: Catalog, after: Catalog, file: ForeignFile, course: Course
) -> tuple[LintFinding, ...]:
    return findings(
        read(
            Migration(
                before=before,
                after=after,
                segments=file.segments,
                observations=course.observations,
                edge_faults=file.edge_faults,
            )
        )
    )
