"""Who runs a statement of a plan, with what the loading of foreign SQL knows about rights."""

import re
from dataclasses import dataclass, field

from server.engines.migration.proof.clones import Clone
from server.engines.postgres.loading.elevation import Elevation
from server.engines.postgres.loading.extension_creation import ExtensionCreation
from server.engines.postgres.loading.extension_stubs import offer_stubs
from server.engines.postgres.loading.notes import Notes
from server.engines.postgres.loading.run import Run
from server.engines.postgres.loading.script_settings import ScriptSettings
from server.engines.postgres.loading.stub_roles import StubRoles
from server.engines.postgres.session import StatementError
from server.engines.sql.quote import identifier
from server.engines.sql.rehearsal import Form, Rehearsal
from server.engines.sql.vetting.verdict import CreateExtension, Elevated, Plain, Power

_DENIED = "42501"
_UNDEFINED = "42704"
_MOST_ROLES = 50  # that one block may lack
_MISSING_ROLE = re.compile(r'role "(?P<name>.+)" does not exist')
_SETTING_SINCE = 17
_FIRING = "SELECT evtname, evtenabled::text FROM pg_catalog.pg_event_trigger"
_STATES = {"O": "ENABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}


@dataclass(slots=True)
class Rights:
    """The loader of one clone, and the superuser behind it."""

    clone: Clone
    notes: Notes
    run: Run
    _made: set[str] = field(default_factory=set[str])

    @classmethod
    def of(cls, clone: Clone) -> "Rights":
        """Prepare a run whose roles become stubs, as no plan may change those of a server."""
        notes, role = Notes(), clone.role
        elevation = Elevation(clone.superuser, role.owner)
        run = Run(
            loader=clone.worker,
            role=role,
            elevation=elevation,
            roles=StubRoles(clone.superuser, role.login, role.owner),
            extensions=ExtensionCreation(clone.worker, elevation, frozenset()),
            settings=ScriptSettings(clone.worker),
            notes=notes,
            is_private=True,
        )
        return cls(clone, notes, run)

    async def make(self, roles: frozenset[str]) -> None:
        """Make the roles that are missing."""
        await self.run.make(roles - self._made)
        self._made |= roles

    async def run_plain(self, each: Rehearsal) -> None:
        """Run it as the loader, inside the transaction that is open.

        Raises:
            StatementError: the server refused it.
        """
        plain = each.verdict
        if not isinstance(plain, Plain):
            raise TypeError(f"no statement for the loader alone: {plain}")
        if not (plain.new_owner or plain.if_denied or each.form is Form.BLOCK):
            await self.clone.worker.script(plain.sql)
            return
        try:
            await self._with_hidden_roles(plain.sql)
        except StatementError as error:
            if not self.is_denial(error):
                raise
            await self.run.denied(plain, error)

    async def try_plainly(self, elevated: Elevated) -> None:
        """Let the loader run it, and leave no trace if it may not.

        Raises:
            StatementError: the server refused it.
        """
        async with self.clone.worker.transaction():
            await self.clone.worker.script(elevated.sql)

    async def run_outside(self, each: Rehearsal) -> None:
        """Run it while no transaction is open.

        Raises:
            StatementError: the server refused it.
            NotElevatedError: no superuser may run it.
        """
        for first in each.first:
            await self.elevate(first)
        match each.verdict:
            case Elevated() as elevated:
                await self._elevate_outside(elevated)
            case CreateExtension() as wanted:
                await self._create(wanted)
            case verdict:
                await self.run.perform(verdict)

    async def _elevate_outside(self, elevated: Elevated) -> None:
        if elevated.loader_first:
            try:
                return await self.try_plainly(elevated)
            except StatementError as error:
                if not self.is_denial(error):
                    raise
        return await self.elevate(elevated)

    async def elevate(self, elevated: Elevated) -> None:
        """Run it as the superuser, while no event trigger of the schema can fire.

        Raises:
            StatementError: the server refused it.
            NotElevatedError: it would let foreign code run as a superuser.
        """
        is_safe = self.clone.superuser.major >= _SETTING_SINCE
        if is_safe or elevated.power is Power.EVENT_TRIGGER:
            await self.run.elevation.run(elevated, await self.run.settings.search_path())
        else:
            await self._without_event_triggers(elevated)
        self.notes.add(elevated.note)

    @staticmethod
    def is_denial(error: StatementError) -> bool:
        """Whether somebody with more rights could do it."""
        return error.sqlstate == _DENIED

    async def _with_hidden_roles(self, sql: str) -> None:
        """Run it, and make the roles that it turns out to lack: a block hides their names."""
        for _ in range(_MOST_ROLES):
            try:
                async with self.clone.worker.transaction():
                    return await self.clone.worker.script(sql)
            except StatementError as error:
                missing = _MISSING_ROLE.fullmatch(error.message)
                if error.sqlstate != _UNDEFINED or not missing:
                    raise
                await self.make(frozenset((missing["name"],)))
        return await self.clone.worker.script(sql)

    async def _without_event_triggers(self, elevated: Elevated) -> None:
        """Switch them off and on again; that they change themselves sets nothing off."""
        superuser = self.clone.superuser
        rows = [row for row in await superuser.rows(_FIRING) if row["evtenabled"] in _STATES]
        names = {identifier(row["evtname"]): _STATES[row["evtenabled"]] for row in rows}
        for name in names:
            await superuser.script(f"ALTER EVENT TRIGGER {name} DISABLE")
        try:
            await self.run.elevation.run(elevated, await self.run.settings.search_path())
        finally:
            for name, state in names.items():
                await superuser.script(f"ALTER EVENT TRIGGER {name} {state}")

    async def _create(self, wanted: CreateExtension) -> None:
        """Create an extension, a stand-in where the load of the schema would have one."""
        database, role = self.clone.database, self.clone.role
        stubs = await offer_stubs(database.cluster, self.clone.superuser, role)
        self.run.extensions = ExtensionCreation(self.clone.worker, self.run.elevation, stubs)
        self.notes.add(await self.run.extensions.create(wanted))
