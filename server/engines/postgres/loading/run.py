"""Runs what was decided about a statement, once: by the loader, or elevated, or not at all."""

import re
from dataclasses import dataclass

from server.engines.postgres.loading.elevation import Elevation
from server.engines.postgres.loading.extension_creation import ExtensionCreation
from server.engines.postgres.loading.loader_role import LoaderRole
from server.engines.postgres.loading.notes import Notes
from server.engines.postgres.loading.script_settings import ScriptSettings
from server.engines.postgres.loading.stub_roles import StubRoles
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier
from server.engines.sql.vetting.roles import OWNERS_NOT_SET
from server.engines.sql.vetting.verdict import (
    CreateExtension,
    Elevated,
    Plain,
    RoleChange,
    Setting,
    Skipped,
    TransactionEdge,
    Verdict,
)

_DENIED = "42501"
_UNDEFINED = "42704"
_MOST_ROLES = 50  # that one statement may lack
_MOST_STUBS = 1_000
_MISSING_ROLE = re.compile(r'role "(?P<name>.+)" does not exist')
_ROLE_DENIED = re.compile(
    r"permission denied to (?:create|alter|drop|rename|grant|revoke) role|must have CREATEROLE"
)
_NOT_OURS = re.compile(r"must be (?:able to SET ROLE|member of role)")
# One of all tables, or of whole schemas: only a superuser may own it.
_SUPERUSERS_OWN = re.compile(r"must be owner of publication")
# What a new owner must have, and the loader, who has it, can lend while ownership changes.
_LACKING = re.compile(
    r"permission denied for (?P<kind>schema|database|foreign-data wrapper) (?P<name>.+)"
)
_LENT = {
    "schema": "CREATE ON SCHEMA",
    "database": "CREATE ON DATABASE",
    "foreign-data wrapper": "USAGE ON FOREIGN DATA WRAPPER",
}


class RoleChangeNeededError(Exception):
    """The script creates or changes roles, which takes a server of its own."""


@dataclass(slots=True)
class Run:
    """Everything that one load needs to run a statement."""

    loader: Session
    role: LoaderRole
    elevation: Elevation
    roles: StubRoles
    extensions: ExtensionCreation
    settings: ScriptSettings
    notes: Notes
    is_private: bool
    makes_stubs: bool = True

    async def perform(self, verdict: Verdict) -> None:
        """Do what was decided.

        Raises:
            StatementError: the server refused it.
            NotElevatedError: no superuser may run it.
            RoleChangeNeededError: it belongs on a server of its own.
        """
        match verdict:
            case Plain():
                await self._plain(verdict)
            case Elevated():
                await self._elevated(verdict)
            case CreateExtension():
                self.notes.add(await self.extensions.create(verdict))
            case RoleChange():
                await self._role_change(verdict)
            case Setting():
                await self.make(verdict.roles)
                self.notes.add(await self.settings.apply(verdict))
            case TransactionEdge(edge):
                await self.settings.cross(edge)
            case Skipped(note):
                self.notes.add(note)

    async def _plain(self, plain: Plain) -> None:
        await self.make(plain.roles)
        try:
            await self._as_loader(plain.sql)
        except StatementError as error:
            if error.sqlstate != _DENIED:
                raise
            await self.denied(plain, error)
        if plain.then:
            await self._elevated(plain.then)

    async def _as_loader(self, sql: str) -> None:
        """Run it, and make the roles that it turns out to lack: a DO block hides their names."""
        for _ in range(_MOST_ROLES):
            try:
                return await self.loader.script(sql)
            except StatementError as error:
                missing = _MISSING_ROLE.fullmatch(error.message)
                if error.sqlstate != _UNDEFINED or not missing or not self.makes_stubs:
                    raise
                await self.make({missing["name"]})
        return await self.loader.script(sql)

    async def denied(self, plain: Plain, error: StatementError) -> None:
        """Do what can be done about a statement that the loader may not run.

        Raises:
            StatementError: nothing can.
            RoleChangeNeededError: it belongs on a server of its own.
        """
        if not self.is_private and _ROLE_DENIED.match(error.message):
            raise RoleChangeNeededError from error
        lacking = _LACKING.fullmatch(error.message)
        if plain.new_owner and lacking:
            await self._lend(plain, f"{_LENT[lacking['kind']]} {identifier(lacking['name'])}")
        elif plain.new_owner and _NOT_OURS.match(error.message):
            self.notes.add(f"owner {plain.new_owner!r} was not set: it is a role of the server")
        elif plain.new_owner and _SUPERUSERS_OWN.match(error.message):
            self.notes.add(OWNERS_NOT_SET)
        elif plain.if_denied:
            self.notes.add(plain.if_denied)
        else:
            raise error

    async def _lend(self, plain: Plain, privilege: str) -> None:
        owner = identifier(plain.new_owner)
        async with self.loader.transaction():
            await self.loader.script(f"GRANT {privilege} TO {owner}")
            await self.loader.script(plain.sql)
            await self.loader.script(f"REVOKE {privilege} FROM {owner}")

    async def _elevated(self, elevated: Elevated) -> None:
        await self.make(elevated.roles)
        if not (elevated.loader_first and await self._is_allowed(elevated.sql)):
            await self.elevation.run(elevated, await self.settings.search_path())
            self.notes.add(elevated.note)

    async def _is_allowed(self, sql: str) -> bool:
        """Let the loader do it; False where it lacks the right."""
        try:
            await self.loader.script(sql)
        except StatementError as error:
            if error.sqlstate != _DENIED:
                raise
            return False
        return True

    async def _role_change(self, change: RoleChange) -> None:
        if not self.is_private:
            raise RoleChangeNeededError
        self.notes.add(change.note)
        if self.role.may_create_roles:
            await self._as_loader(change.sql)
            return
        await self.make(change.created)
        for member, role in change.granted:
            await self.roles.grant(role, member)

    async def make(self, roles: frozenset[str] | set[str]) -> None:
        """Make those of the roles that are missing, unless the script may still create them."""
        if self.makes_stubs and self.notes.number_of_roles < _MOST_STUBS:
            for name in sorted(roles):
                if await self.roles.ensure(name):
                    self.notes.stub_role(name)
