"""The journal in the database itself: which segment of which plan ran, when, and how it ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.engines.migration.apply.course import Direction
from server.engines.migration.boundary import JOURNAL_SCHEMA
from server.engines.postgres.live import LiveReader
from server.engines.postgres.session import Row, Session, StatementError
from server.errors import RefusedError

_TABLE = f"{JOURNAL_SCHEMA}.migration_history"
_LONGEST_ERROR = 2000
_DENIED = "42501"
_CREATE_SCHEMA = f"""
CREATE SCHEMA {JOURNAL_SCHEMA};
COMMENT ON SCHEMA {JOURNAL_SCHEMA} IS 'Which migration plans senior-backend applied here.';
"""
_CREATE_TABLE = f"""
CREATE TABLE {_TABLE} (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('forward', 'back')),
    segment integer NOT NULL,
    segments integer NOT NULL,
    state text NOT NULL CHECK (state IN ('started', 'done', 'failed', 'stopped')),
    checksum text NOT NULL,
    boundary text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz,
    milliseconds bigint,
    outcome text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    applied_by text NOT NULL DEFAULT session_user
)
"""
_HAS_SCHEMA = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)"
_EXISTS = "SELECT pg_catalog.to_regclass($1) IS NOT NULL"
# Whoever owns the journal could put code into it that runs with the rights of who applies.
_STRANGER = """
SELECT r.rolname FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
WHERE n.nspname = $1 AND NOT r.rolsuper AND r.rolname <> current_user AND r.oid <>
  (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database())
UNION ALL
SELECT r.rolname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_roles r ON r.oid = c.relowner
WHERE c.oid = pg_catalog.to_regclass($2) AND NOT r.rolsuper AND r.rolname <> current_user
  AND r.oid <> (SELECT datdba FROM pg_catalog.pg_database WHERE datname = current_database())
"""
_READ = f"""
SELECT plan, direction, segment, segments, state, checksum, boundary, outcome, error
FROM {_TABLE} ORDER BY entry
"""  # ruff: ignore[hardcoded-sql-expression] - a constant name
_BEGIN = f"""
INSERT INTO {_TABLE} (plan, direction, segment, segments, state, checksum, boundary, started_at)
VALUES ($1, $2, $3, $4, 'started', $5, $6, clock_timestamp()) RETURNING entry
"""  # ruff: ignore[hardcoded-sql-expression] - a constant name
_END = f"""
UPDATE {_TABLE} SET state = $2, outcome = $3, error = $4, finished_at = clock_timestamp(),
    milliseconds = extract(epoch FROM clock_timestamp() - started_at) * 1000
WHERE entry = $1
"""  # ruff: ignore[hardcoded-sql-expression] - a constant name


class State(StrEnum):
    """What became of a segment."""

    STARTED = "started"
    """It runs, or whoever ran it is gone: the catalog tells how far it came."""
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    """Whoever called for it canceled it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One attempt at one segment; `boundary` is what the schema is when it is done."""

    plan: str
    direction: Direction
    segment: int
    segments: int
    state: State
    checksum: str
    boundary: str
    outcome: str = ""
    error: str = ""


async def ensure_journal(session: Session, database: str) -> None:
    """Create the journal where there is none.

    Raises:
        RefusedError: our role may not create it, or somebody else owns it.
    """
    try:
        await _ensure(session)
    except StatementError as error:
        if error.sqlstate != _DENIED:
            raise
        raise RefusedError(
            f"The role of database {database!r} may not keep the journal in the schema "
            f"{JOURNAL_SCHEMA}: {error.message}.",
            next_step="Grant it CREATE on the database.",
        ) from None


async def _ensure(session: Session) -> None:
    if not await session.value(_HAS_SCHEMA, JOURNAL_SCHEMA):
        await session.script(_CREATE_SCHEMA)
    await _refuse_strangers(session)
    if not await session.value(_EXISTS, _TABLE):
        await session.script(_CREATE_TABLE)


async def _refuse_strangers(session: Session) -> None:
    strangers = await session.rows(_STRANGER, JOURNAL_SCHEMA, _TABLE)
    if strangers:
        raise RefusedError(
            f"The journal {_TABLE} belongs to the role {strangers[0]['rolname']!r}, whose code "
            "would run with the rights of who applies.",
            next_step="Let the owner of the database own the schema and what is in it.",
        )


async def read_journal(session: Session | LiveReader) -> tuple[Entry, ...]:
    """Return every entry in its order; none where there is no journal."""
    if not await session.value(_EXISTS, _TABLE):
        return ()
    return tuple(map(_entry, await session.rows(_READ)))


async def begin(session: Session, entry: Entry) -> int:
    """Write that a segment starts, and return the entry's number."""
    found: int = await session.value(
        _BEGIN,
        entry.plan,
        entry.direction,
        entry.segment,
        entry.segments,
        entry.checksum,
        entry.boundary,
    )
    return found


async def end(
    session: Session, number: int, state: State, *, outcome: str = "", error: str = ""
) -> None:
    """Write how a segment ended."""
    await session.rows(_END, number, state, outcome, error[:_LONGEST_ERROR])


def of_plan(entries: Iterable[Entry], plan: str) -> tuple[Entry, ...]:
    """Return what was done for a plan since another one changed the schema."""
    found: list[Entry] = []
    for entry in entries:
        if entry.plan == plan:
            found.append(entry)
        elif entry.state is State.DONE:
            found.clear()
    return tuple(found)


def _entry(row: Row) -> Entry:
    return Entry(
        plan=row["plan"],
        direction=Direction(row["direction"]),
        segment=row["segment"],
        segments=row["segments"],
        state=State(row["state"]),
        checksum=row["checksum"],
        boundary=row["boundary"],
        outcome=row["outcome"],
        error=row["error"],
    )
