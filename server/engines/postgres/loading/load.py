"""Loads foreign SQL into a database of its own, as a role that can harm nothing else."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from server.engines.postgres.binaries import Origin
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.loading.bodies import broken_bodies
from server.engines.postgres.loading.elevation import Elevation
from server.engines.postgres.loading.extension_creation import ExtensionCreation
from server.engines.postgres.loading.extension_stubs import offer_stubs
from server.engines.postgres.loading.intake import take_in
from server.engines.postgres.loading.limits import DEFAULT_LIMITS, LoadLimits, bounded
from server.engines.postgres.loading.loader_role import LoaderRole, loader_role
from server.engines.postgres.loading.notes import Notes
from server.engines.postgres.loading.ordering import Ordering
from server.engines.postgres.loading.run import Run
from server.engines.postgres.loading.script import Script
from server.engines.postgres.loading.script_settings import ScriptSettings
from server.engines.postgres.loading.stub import ExtensionStub
from server.engines.postgres.loading.stub_roles import StubRoles
from server.engines.postgres.loading.weight import check_weight
from server.engines.postgres.session import Session
from server.engines.sql.quote import identifier


@dataclass(frozen=True, slots=True)
class LoadedSchema:
    """A database that holds a schema and no rows, and what had to be done to load it.

    `session` is a superuser's: it reads the catalog, and must not run code of the schema, as
    reading its tables and views would. Before 17 its DDL would run the schema's event triggers.
    `role` is who may run more of the author's code, as long as the schema is held.
    """

    session: Session
    database: Database
    role: LoaderRole
    notes: tuple[str, ...]
    scripts: tuple[Script, ...] = ()
    """What it was loaded from; they can be read as long as it is held."""

    @property
    def owner(self) -> str:
        """The role that owns what names no other owner."""
        return self.role.owner

    @property
    def major(self) -> int:
        """The major version of the server that holds it."""
        return self.database.cluster.major

    @property
    def version(self) -> str:
        """The version of the server that holds it, as in `18.6`."""
        return self.database.cluster.version

    @property
    def origin(self) -> Origin:
        """Whose server holds it."""
        return self.database.cluster.origin


@asynccontextmanager
async def loaded(
    scripts: Sequence[Script],
    cluster: Cluster,
    *,
    is_private: bool = False,
    limits: LoadLimits = DEFAULT_LIMITS,
    stubs: tuple[ExtensionStub, ...] = (),
) -> AsyncGenerator[LoadedSchema, None]:
    """Hold a database with the schema of the scripts; nothing of it stays behind.

    `stubs` stand in for extensions that neither the server has nor we ship.

    Raises:
        InvalidSqlError: a statement was refused, by PostgreSQL or by us.
        InvalidInputError: a limit was reached.
        RoleChangeNeededError: the server is not private and roles are created or changed.
    """
    notes = Notes()
    async with (
        loader_role(cluster, is_private=is_private, stubs=stubs) as role,
        cluster.database(owner=role.owner) as database,
        await database.connect() as superuser,
    ):
        load = _Load(scripts, database, superuser, role, notes, is_private, limits)
        await bounded(load.run, limits=limits, database=database, spared=superuser.pid)
        await _seal(superuser, database)
        yield LoadedSchema(superuser, database, role, notes.lines(), tuple(scripts))


@dataclass(frozen=True, slots=True)
class _Load:
    """One load, from the first statement to the last."""

    scripts: Sequence[Script]
    database: Database
    superuser: Session
    role: LoaderRole
    notes: Notes
    is_private: bool
    limits: LoadLimits

    async def run(self) -> None:
        """Run the scripts."""
        stubs = await offer_stubs(self.database.cluster, self.superuser, self.role)
        async with self.role.session(self.database.name, self._settings()) as loader:
            run = self._run(loader, stubs)
            ordering = Ordering(run)
            async with aclosing(take_in(self.scripts)) as pieces:
                async for piece in pieces:
                    await ordering.take(piece)
            await ordering.finish()
            await check_weight(self.superuser, self.limits)
            for remark in await broken_bodies(
                self.superuser, loader, self.role.owner, run.settings.paths
            ):
                self.notes.add(remark)
            await ordering.finish_last()

    def _settings(self) -> dict[str, str]:
        creating = {"createrole_self_grant": "set, inherit"} if self.role.may_create_roles else {}
        return {
            **creating,
            "check_function_bodies": "off",
            "client_min_messages": "error",
            "lock_timeout": "10s",
            "search_path": '"$user", public',
            "statement_timeout": f"{round(self.limits.statement_seconds * 1000)}ms",
        }

    def _run(self, loader: Session, stubs: frozenset[str]) -> Run:
        elevation = Elevation(self.superuser, self.role.owner)
        return Run(
            loader=loader,
            role=self.role,
            elevation=elevation,
            roles=StubRoles(self.superuser, self.role.login, self.role.owner),
            extensions=ExtensionCreation(loader, elevation, stubs),
            settings=ScriptSettings(loader),
            notes=self.notes,
            is_private=self.is_private,
            # On a server of its own the script may still create them itself.
            makes_stubs=not self.is_private,
        )


async def _seal(superuser: Session, database: Database) -> None:
    """Take back what the owner may have set for every later session in the database."""
    name = identifier(database.name)
    await superuser.script(f"ALTER DATABASE {name} RESET ALL")
    await superuser.script(
        f"ALTER DATABASE {name} ALLOW_CONNECTIONS true CONNECTION LIMIT -1 IS_TEMPLATE false"
    )
