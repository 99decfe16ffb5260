"""Runs what only a superuser may, so that no foreign code runs with it, then or later."""

from dataclasses import dataclass

from server.engines.postgres.session import Session
from server.engines.sql.vetting.verdict import Elevated

# Names resolve as they do for the loader. Nothing but the one statement runs like that: an
# operator of the schema may fit the arguments of any query better than PostgreSQL's own.
_ENTER = "SELECT pg_catalog.set_config('search_path', $1, true)"
_LEAVE = "SELECT pg_catalog.set_config('search_path', '', true)"
_MAY_CREATE = """
SELECT pg_catalog.has_schema_privilege($1::name, n.oid, 'CREATE')
FROM pg_catalog.pg_namespace n WHERE n.nspname = $2
"""
# A superuser's own queries find casts by their types, and equality and order by operator and by
# default class, whatever the search path is: none may lead to a function of the schema.
_OUT_OF_BOUNDS = """
SELECT 'a cast between built-in types calls a function of the schema' AS reason
FROM pg_catalog.pg_cast
WHERE xmin = pg_catalog.pg_current_xact_id()::xid
  AND castfunc >= 16384 AND castsource < 16384 AND casttarget < 16384
UNION ALL
SELECT 'an operator class holds operators of built-in types' FROM pg_catalog.pg_amop
WHERE xmin = pg_catalog.pg_current_xact_id()::xid
  AND (amopfamily < 16384 OR amopopr < 16384 OR amoplefttype < 16384 OR amoprighttype < 16384)
UNION ALL
SELECT 'an operator class holds functions of built-in types' FROM pg_catalog.pg_amproc
WHERE xmin = pg_catalog.pg_current_xact_id()::xid
  AND (amprocfamily < 16384 OR amproclefttype < 16384 OR amprocrighttype < 16384)
UNION ALL
SELECT 'an operator class is for a built-in type' FROM pg_catalog.pg_opclass
WHERE xmin = pg_catalog.pg_current_xact_id()::xid AND opcintype < 16384
UNION ALL
SELECT 'the function is not the schema''s own' FROM pg_catalog.pg_proc
WHERE xmin = pg_catalog.pg_current_xact_id()::xid
  AND (oid < 16384 OR NOT pg_catalog.pg_has_role($1::name, proowner, 'MEMBER'))
"""
_HAND_OVER = """
SELECT pg_catalog.format(
    'ALTER OPERATOR CLASS %I.%I USING %I OWNER TO %I', n.nspname, c.opcname, a.amname, $1::text)
    AS command
FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_namespace n ON n.oid = c.opcnamespace
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
WHERE c.xmin = pg_catalog.pg_current_xact_id()::xid
UNION ALL
SELECT pg_catalog.format(
    'ALTER OPERATOR FAMILY %I.%I USING %I OWNER TO %I', n.nspname, f.opfname, a.amname, $1::text)
FROM pg_catalog.pg_opfamily f
JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
WHERE f.xmin = pg_catalog.pg_current_xact_id()::xid
UNION ALL
SELECT pg_catalog.format(
    'GRANT USAGE ON FOREIGN DATA WRAPPER %I TO %I WITH GRANT OPTION', fdwname, $1::text)
FROM pg_catalog.pg_foreign_data_wrapper WHERE xmin = pg_catalog.pg_current_xact_id()::xid
"""


class NotElevatedError(Exception):
    """The statement would let foreign code run as a superuser; it left no trace."""


@dataclass(frozen=True, slots=True)
class Elevation:
    """The superuser's session, used on behalf of the role that owns the database."""

    superuser: Session
    owner: str

    async def run(self, elevated: Elevated, search_path: str) -> None:
        """Run the statement with names looked up along the loader's search path.

        Raises:
            NotElevatedError: it would do more than its kind suggests.
            StatementError: the server refused it.
        """
        superuser = self.superuser
        async with superuser.transaction():
            if elevated.schema is not None:
                await self._check_schema(elevated.schema, search_path)
            await superuser.value(_ENTER, search_path)
            # One statement by protocol, however it was written.
            await superuser.rows(elevated.sql)
            await superuser.value(_LEAVE)
            if reason := await superuser.value(_OUT_OF_BOUNDS, self.owner):
                raise NotElevatedError(reason)
            for row in await superuser.rows(_HAND_OVER, self.owner):
                await superuser.rows(row["command"])

    async def _check_schema(self, schema: str, search_path: str) -> None:
        await self.superuser.value(_ENTER, search_path)
        schema = schema or await self.superuser.value("SELECT pg_catalog.current_schema()") or ""
        await self.superuser.value(_LEAVE)
        # A schema that is missing is the server's to complain about: it may be created later.
        if await self.superuser.value(_MAY_CREATE, self.owner, schema) is False:
            raise NotElevatedError(f"the loader may not create anything in schema {schema!r}")
