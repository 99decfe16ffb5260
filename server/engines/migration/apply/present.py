"""The schema that a database has now, loaded into a throw-away server as a plan's source was."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync

from server.engines.migration.boundary import boundary
from server.engines.migration.plan import Plan
from server.engines.migration.proof.ground import Ground
from server.engines.postgres.live import LiveDatabase
from server.engines.postgres.shadow import Shadow
from server.engines.postgres.sources import LiveSource, open_source
from server.errors import NotFoundError, RefusedError
from server.workspace import Workspace


@dataclass(frozen=True, slots=True)
class House:
    """What there is to work with: throw-away servers, files, and the operator's databases."""

    shadow: Shadow
    workspace: Workspace
    databases: Mapping[str, LiveDatabase]

    def writable(self, name: str) -> LiveDatabase:
        """Return a database that may be written.

        Raises:
            NotFoundError: the operator named none like that.
            RefusedError: it is read-only.
        """
        live = self.databases.get(name)
        known = ", ".join(sorted(each for each, one in self.databases.items() if one.writable))
        ways = f"Writable databases: {known or 'none'}; the operator marks one NAME!=env:VARIABLE."
        if live is None:
            raise NotFoundError(f"The operator named no database {name[:64]!r}.", next_step=ways)
        if not live.writable:
            raise RefusedError(f"Database {name!r} is read-only here.", next_step=ways)
        return live


@dataclass(frozen=True, slots=True)
class Present:
    """A copy of the present schema without rows, and its fingerprint."""

    ground: Ground
    boundary: str
    version: str
    time_zone: str


def check_database(plan: Plan, name: str) -> None:
    """Refuse a plan that was made for another database.

    Raises:
        RefusedError: says which one it was made for.
    """
    if plan.database not in {"", name}:
        raise RefusedError(
            f"Plan {plan.id[:12]} was made for database {plan.database!r}, not for {name!r}.",
            next_step=f"Call generate_migration with source='db:{name}'.",
        )


@asynccontextmanager
async def present(house: House, live: LiveDatabase, plan: Plan) -> AsyncGenerator[Present, None]:
    """Hold a copy of the present schema.

    Raises:
        RefusedError: the plan is for another major version.
        UnavailableError: the database or a server to load into cannot be reached.
    """
    async with live.read() as reader:
        time_zone: str = await reader.value("SELECT pg_catalog.current_setting('TimeZone')")
    async with open_source(
        LiveSource(live.name),
        shadow=house.shadow,
        workspace=house.workspace,
        databases=house.databases,
    ) as loaded:
        if loaded.major != plan.major:
            raise RefusedError(
                f"Plan {plan.id[:12]} was made on PostgreSQL {plan.major}, and the schema of "
                f"{live.name!r} is read on {loaded.major}.",
                next_step=f"Call generate_migration with source='db:{live.name}'.",
            )
        ground = await Ground.of(loaded)
        here = await run_sync(boundary, ground.catalog)
        yield Present(ground, here, loaded.version, time_zone)
