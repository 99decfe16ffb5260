"""A schema loaded, dumped by PostgreSQL's own pg_dump, restored, and read on both sides."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

import anyio

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.read import read_catalog
from server.engines.postgres.cluster import Cluster, Database
from server.engines.postgres.libpq import environment
from server.engines.postgres.session import Session, StatementError
from server.engines.sql.pieces import Statement
from server.engines.sql.psql import read_script

_MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')
_USUAL_PATH = {"search_path": '"$user", public', "client_min_messages": "error"}


@dataclass(frozen=True, slots=True)
class RoundTrip:
    loaded: Catalog
    read_again: Catalog
    restored: Catalog


async def round_trip(cluster: Cluster, scripts: Iterable[bytes]) -> RoundTrip:
    async with cluster.database() as origin, cluster.database() as copy:
        await _load(origin, b"\n;\n".join(scripts))
        async with await origin.connect() as session:
            loaded, read_again = await read_catalog(session), await read_catalog(session)
        await _load(copy, await _dump(origin))
        async with await copy.connect() as session:
            return RoundTrip(loaded, read_again, await read_catalog(session))


async def _load(database: Database, script: bytes) -> None:
    pieces = read_script([script], file="case")
    statements = [piece.text for piece in pieces if isinstance(piece, Statement)]
    async with await database.connect(settings=_USUAL_PATH) as session:
        for statement in statements:
            await _run(session, statement)


async def _run(session: Session, statement: str) -> None:
    """Run a statement; a role that it lacks is made, as a dump of a database holds no roles."""
    try:
        await session.script(statement)
    except StatementError as refusal:
        role = _MISSING_ROLE.search(refusal.message)
        if role is None:
            raise
        await session.script(f'CREATE ROLE "{role[1]}"')
        await _run(session, statement)


async def _dump(database: Database) -> bytes:
    program = database.cluster.binaries.folder / "pg_dump"
    variables = environment(database.cluster.address, database.name)
    done = await anyio.run_process([program, "--schema-only"], env={**os.environ, **variables})
    return done.stdout
