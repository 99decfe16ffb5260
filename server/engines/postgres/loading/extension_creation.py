"""Creates extensions: by the loader if PostgreSQL trusts them, else from one list, else not."""

import secrets
from dataclasses import dataclass

from server.engines.postgres.loading.elevation import Elevation, NotElevatedError
from server.engines.postgres.loading.extension_stubs import DIALING
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.quote import identifier
from server.engines.sql.vetting.verdict import CreateExtension, Elevated, Power

_DENIED = "42501"
_NOT_RELOCATABLE = "0A000"
# Widely used ones that PostgreSQL leaves to superusers. None runs programs, reads files or dials
# out, and none hands its powers to others.
_LISTED = frozenset(
    {
        "address_standardizer",
        "amcheck",
        "autoinc",
        "bloom",
        "dict_xsyn",
        "earthdistance",
        "hypopg",
        "insert_username",
        "intagg",
        "moddatetime",
        "pg_buffercache",
        "pg_freespacemap",
        "pg_prewarm",
        "pg_stat_statements",
        "pg_visibility",
        "pgrowlocks",
        "pgstattuple",
        "postgis",
        "refint",
        "vector",
    }
)
_EXISTS = "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = $1)"
_WRAPPER_EXISTS = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwname = $1)
"""
_MAY_CREATE = """
SELECT pg_catalog.has_schema_privilege($1::name, oid, 'CREATE')
FROM pg_catalog.pg_namespace WHERE nspname = $2
"""
_HOLDS_CODE = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE pronamespace = n.oid)
    OR EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oprnamespace = n.oid)
FROM pg_catalog.pg_namespace n WHERE n.nspname = $1
"""


@dataclass(frozen=True, slots=True)
class ExtensionCreation:
    """Creates extensions for one loader; `stubs` are those it would get a stand-in for."""

    loader: Session
    elevation: Elevation
    stubs: frozenset[str]

    async def create(self, wanted: CreateExtension) -> str:
        """Create the extension, and return what to say about it, mostly nothing.

        Raises:
            StatementError: the server refused it, for one because it has no such extension.
        """
        if wanted.name in DIALING and wanted.name not in self.stubs:
            return await self._create_wrapper(wanted)
        try:
            await self.loader.script(wanted.sql)
        except StatementError as error:
            if error.sqlstate != _DENIED or wanted.name not in _LISTED:
                raise
            if not await self._create_listed(wanted):
                raise
        if wanted.name in self.stubs:
            return f"proven with a stub of extension {wanted.name!r}: its code is not here"
        return ""

    async def _create_wrapper(self, wanted: CreateExtension) -> str:
        """Declare what servers and foreign tables hang on, without the code that dials."""
        name = wanted.name if wanted.name.endswith("_fdw") else f"{wanted.name}_fdw"
        if not await self.elevation.superuser.value(_WRAPPER_EXISTS, name):
            sql = f"CREATE FOREIGN DATA WRAPPER {identifier(name)}"
            await self.elevation.run(Elevated(sql, Power.WRAPPER), "")
        return f"extension {wanted.name!r} was replaced by a wrapper that connects to nothing"

    async def _create_listed(self, wanted: CreateExtension) -> bool:
        """Create it by the superuser, unless the schema that it belongs in is missing so far."""
        superuser = self.elevation.superuser
        schema = wanted.schema or await self.loader.value("SELECT pg_catalog.current_schema()")
        async with superuser.transaction():
            if await superuser.value(_EXISTS, wanted.name):
                return True
            may_create = await superuser.value(_MAY_CREATE, self.elevation.owner, schema)
            if may_create is False:
                raise NotElevatedError(f"the loader may not create anything in schema {schema!r}")
            if may_create:
                await self._create_apart(identifier(wanted.name), schema)
            return bool(may_create)

    async def _create_apart(self, name: str, schema: str) -> None:
        """Create it where its script, which a superuser runs, cannot meet code of the schema."""
        superuser, apart = self.elevation.superuser, identifier(f"new_{secrets.token_hex(8)}")
        try:
            async with superuser.transaction():
                await superuser.script(f"CREATE SCHEMA {apart}")
                await superuser.script(f"CREATE EXTENSION {name} SCHEMA {apart}")
                await superuser.script(f"ALTER EXTENSION {name} SET SCHEMA {identifier(schema)}")
                await superuser.script(f"DROP SCHEMA {apart}")
        except StatementError as error:
            if error.sqlstate != _NOT_RELOCATABLE:
                raise
            if await superuser.value(_HOLDS_CODE, schema):
                raise NotElevatedError(
                    f"extension {name} goes into a schema of its own, or before all routines"
                ) from error
            await superuser.script(f"CREATE EXTENSION {name} SCHEMA {identifier(schema)}")
