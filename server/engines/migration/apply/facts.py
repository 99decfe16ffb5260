"""What the catalog says about work outside transactions that may have been cut short."""

from enum import StrEnum

from server.engines.postgres.live import LiveReader
from server.engines.postgres.session import Session
from server.engines.sql.concurrent_change import (
    BuiltIndex,
    ConcurrentChange,
    DetachedPartition,
    DroppedIndex,
    RelationName,
)
from server.engines.sql.quote import qualified

_INDEX = """
SELECT i.indisvalid AS is_valid,
  (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p
   WHERE p.index_relid = c.oid LIMIT 1) AS builder
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
WHERE n.nspname = $1 AND c.relname = $2
"""
_DETACHING = """
SELECT i.inhdetachpending AS is_pending FROM pg_catalog.pg_inherits i
WHERE i.inhparent = pg_catalog.to_regclass($1) AND i.inhrelid = pg_catalog.to_regclass($2)
"""


class Fact(StrEnum):
    """How far the work is."""

    UNDONE = "undone"
    HALF_DONE = "half done"
    BUSY = "busy"
    """Somebody is at it right now."""
    DONE = "done"


async def fact(session: Session | LiveReader, change: ConcurrentChange) -> Fact:
    """Look at the catalog."""
    match change:
        case BuiltIndex(index):
            return await _of_index(session, index)
        case DroppedIndex(index):
            found = await session.rows(_INDEX, *index)
            return Fact.UNDONE if found else Fact.DONE
        case DetachedPartition(parent, partition):
            return await _of_partition(session, parent, partition)


def finishing(change: ConcurrentChange) -> str:
    """Return the statement that clears away or completes what is half done; it runs outside."""
    match change:
        case BuiltIndex(index) | DroppedIndex(index):
            return f"DROP INDEX CONCURRENTLY {qualified(*index)}"
        case DetachedPartition(parent, partition):
            return (
                f"ALTER TABLE {qualified(*parent)} DETACH PARTITION {qualified(*partition)} "
                "FINALIZE"
            )


async def _of_index(session: Session | LiveReader, index: RelationName) -> Fact:
    for row in await session.rows(_INDEX, *index):
        if row["is_valid"]:
            return Fact.DONE
        return Fact.BUSY if row["builder"] else Fact.HALF_DONE
    return Fact.UNDONE


async def _of_partition(
    session: Session | LiveReader, parent: RelationName, partition: RelationName
) -> Fact:
    names = (qualified(*parent), qualified(*partition))
    for row in await session.rows(_DETACHING, *names):
        return Fact.HALF_DONE if row["is_pending"] else Fact.UNDONE
    return Fact.DONE
