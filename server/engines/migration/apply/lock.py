"""One run at a time: an advisory lock that the run's own session holds until it ends."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from server.engines.postgres.session import Session
from server.errors import RefusedError

# The first eight bytes of the SHA-256 of "senior-backend apply_migration", as a signed number.
KEY = 4_542_835_358_666_572_680
_TAKE = "SELECT pg_catalog.pg_try_advisory_lock($1)"
_RELEASE = "SELECT pg_catalog.pg_advisory_unlock($1)"
_HOLDER = """
SELECT a.pid, coalesce(a.state, '') AS state FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) | l.objid::bigint = $1
"""
_HELD = "SELECT pg_catalog.pg_backend_pid()"


@asynccontextmanager
async def alone(session: Session, database: str) -> AsyncGenerator[None, None]:
    """Hold the lock; the server gives it up with the session, however that ends.

    Raises:
        RefusedError: another run has it, or what answers is a pooler.
    """
    if not await session.value(_TAKE, KEY):
        raise await _taken(session, database)
    if await session.value(_HELD) != session.pid:
        raise RefusedError(
            f"Database {database!r} is reached through a pooler that changes sessions.",
            next_step="The operator must give the URL of the server itself.",
        )
    yield


async def _taken(session: Session, database: str) -> RefusedError:
    holders = await session.rows(_HOLDER, KEY)
    who = "".join(f", by the server process {row['pid']} ({row['state']})" for row in holders)
    return RefusedError(
        f"Another migration is being applied to database {database!r}{who}.",
        next_step="Wait until it ends; if its client is gone, the statement that it left behind "
        "still runs, and ends by itself or by pg_terminate_backend.",
    )
