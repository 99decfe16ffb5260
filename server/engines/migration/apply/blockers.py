"""Who is in the way: sessions that hold locks, or transactions that have been open for long."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.engines.postgres.live import LiveReader
from server.engines.postgres.session import Row, Session

_LONGEST_QUERY = 160
_MOST = 10
_LONG_SECONDS = 30
_SESSION = """
SELECT a.pid, a.usename::text AS role, coalesce(a.state, '') AS state,
  coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8 AS seconds,
  coalesce(a.query, '') AS query, """
_BLOCKING = f"""{_SESSION} 'holds what is waited for' AS why
FROM pg_catalog.pg_stat_activity a
WHERE a.pid = ANY(pg_catalog.pg_blocking_pids($1)) ORDER BY a.xact_start LIMIT 10
"""
_LONG = f"""{_SESSION} 'long transaction' AS why
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_catalog.pg_backend_pid()
  AND a.xact_start < clock_timestamp() - make_interval(secs => $1)
  AND a.backend_type = 'client backend'
ORDER BY a.xact_start LIMIT 10
"""
_HOLDING = f"""{_SESSION} 'holds ' || l.mode || ' on ' || n.nspname || '.' || c.relname AS why
FROM pg_catalog.pg_stat_activity a
JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND l.granted AND l.locktype = 'relation'
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  AND a.pid <> pg_catalog.pg_backend_pid() AND n.nspname || '.' || c.relname = ANY($1::text[])
ORDER BY a.xact_start LIMIT 10
"""  # ruff: ignore[hardcoded-sql-expression] - no name is put in
# What a query holds besides its words is somebody's data.
_VALUES = re.compile(
    r"'(?:[^']|'')*(?:'|\Z)|\$(\w*)\$.*?(?:\$\1\$|\Z)|--[^\n]*|/\*.*?(?:\*/|\Z)|\b\d[\d.]*\b",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session in the way; of its query the words are kept, and no values."""

    pid: int
    role: str
    state: str
    seconds: float
    query: str
    why: str

    def __str__(self) -> str:
        role = f" of {self.role}" if self.role else ""
        query = f": {self.query}" if self.query else ""
        state = self.state or "unknown"
        return f"pid {self.pid}{role}, {state} for {self.seconds:.0f} s, {self.why}{query}"


async def blocking(session: LiveReader | Session, pid: int) -> tuple[Blocker, ...]:
    """Return who holds what the server process `pid` waits for at this moment."""
    return _blockers(await session.rows(_BLOCKING, pid))


async def in_the_way(reader: LiveReader, relations: Iterable[str]) -> tuple[Blocker, ...]:
    """Return who holds locks on the relations now, and whose transactions are old."""
    held = await reader.rows(_HOLDING, sorted(relations))
    old = await reader.rows(_LONG, _LONG_SECONDS)
    return _blockers([*held, *old])[:_MOST]


def without_values(query: str) -> str:
    """Return a query as one line, cut, without literals, numbers and comments."""
    line = " ".join(_VALUES.sub("?", query).split())
    return line if len(line) <= _LONGEST_QUERY else f"{line[:_LONGEST_QUERY]}..."


def _blockers(rows: Iterable[Row]) -> tuple[Blocker, ...]:
    return tuple(
        Blocker(
            row["pid"],
            row["role"] or "",
            row["state"],
            row["seconds"],
            without_values(row["query"]),
            row["why"],
        )
        for row in rows
    )
