"""What one statement did inside its open transaction: locks, new files, scans, rows.

Nothing of it can be read from the statement: a cascade, a view or a partition takes more locks
than it names, and whether a table is scanned depends on what is known about its rows.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from server.engines.migration.step import LockMode, Number, Observation, Writes
from server.engines.postgres.session import Row, Session
from server.engines.sql.rehearsal import Form, Rehearsal

_FLUSH_SINCE = 15
_FLUSH = "SELECT pg_catalog.pg_stat_force_next_flush()"
_COUNTED_SO_FAR = """
SELECT relid::pg_catalog.int8 AS oid, seq_scan AS scans, coalesce(idx_scan, 0) AS lookups,
  n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_del AS deleted
FROM pg_catalog.pg_stat_xact_all_tables WHERE relid >= 16384
"""
_KNOWN = """
SELECT c.oid::int8, n.nspname, c.relname, c.relkind = 'c' AS is_type
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'm', 'v', 'i', 'I', 'S', 'f', 'c')
  AND n.nspname <> 'pg_toast' AND c.relpersistence <> 't'
"""
# What the other session did is not committed, so names and files are those from before.
_LOCKS = """
SELECT c.oid::int8, n.nspname, c.relname, c.relfilenode::int8 AS file,
  array_agg(DISTINCT l.mode) AS modes
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_class c ON c.oid = l.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = $1 AND l.granted AND l.locktype = 'relation' AND l.relation BETWEEN 16384 AND $2
GROUP BY c.oid, n.nspname, c.relname, c.relfilenode
"""
# Run by a powerless role along a search path of somebody else's.
_TRACES = """
SELECT o::pg_catalog.int8 AS oid, pg_catalog.pg_relation_filenode(o)::pg_catalog.int8 AS file,
  pg_catalog.pg_stat_get_xact_numscans(o) AS scans,
  (SELECT coalesce(pg_catalog.sum(pg_catalog.pg_stat_get_xact_numscans(i.indexrelid)), 0)
   FROM pg_catalog.pg_index i WHERE i.indrelid OPERATOR(pg_catalog.=) o)
  ::pg_catalog.int8 AS lookups,
  pg_catalog.pg_stat_get_xact_tuples_inserted(o) AS inserted,
  pg_catalog.pg_stat_get_xact_tuples_updated(o) AS updated,
  pg_catalog.pg_stat_get_xact_tuples_deleted(o) AS deleted,
  EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) o) AS is_there,
  ARRAY(SELECT a.attnum::pg_catalog.int8 FROM pg_catalog.pg_attribute a
   WHERE a.attrelid OPERATOR(pg_catalog.=) o AND a.attisdropped) AS dropped,
  n.nspname, k.relname
FROM pg_catalog.unnest($1::pg_catalog.oid[]) o
LEFT JOIN pg_catalog.pg_class k ON k.oid OPERATOR(pg_catalog.=) o
LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) k.relnamespace
"""
_MODES = {mode.value.title().replace(" ", "") + "Lock": mode for mode in LockMode}

Run = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Counts:
    """How often a table was read from its first row, and looked into through an index."""

    scans: int = 0
    lookups: int = 0
    writes: Writes = field(default_factory=Writes)


@dataclass(slots=True)
class _Seen:
    """What is known about the transaction that is open."""

    held: dict[int, LockMode] = field(default_factory=dict[int, LockMode])
    files: dict[int, int] = field(default_factory=dict[int, int])
    counts: dict[int, _Counts] = field(default_factory=dict[int, _Counts])


@dataclass(slots=True)
class Observer:
    """Watches `worker` from `monitor`; relations that the plan itself made do not count."""

    monitor: Session
    worker: Session
    _known: frozenset[int]
    _newest: int
    _names: set[tuple[str, str]]
    """What they are and were called: a rename of the plan's own makes nothing new."""
    _seen: _Seen = field(default_factory=_Seen)
    _gone: set[Number] = field(default_factory=set[Number])

    @classmethod
    async def of(cls, monitor: Session, worker: Session) -> "Observer":
        """Take note of the relations that are there before the plan."""
        rows = await monitor.rows(_KNOWN)
        known = frozenset(row["oid"] for row in rows if not row["is_type"])
        names = ((row["nspname"], row["relname"]) for row in rows)
        return cls(monitor, worker, known, max(known, default=0), {*names})

    async def begin(self) -> None:
        """Forget the last transaction; called before the worker begins the next one."""
        self._seen = _Seen()
        if self.worker.major >= _FLUSH_SINCE:
            await self.worker.rows(_FLUSH)
        else:
            self._seen.counts = _counts(await self.worker.rows(_COUNTED_SO_FAR))

    async def watch(self, rehearsal: Rehearsal, run: Run) -> Observation:
        """Run one statement inside the transaction, and say what it did."""
        milliseconds = await timed(run)
        if not self._known or self._is_apart(rehearsal):
            return Observation(milliseconds=milliseconds)
        rows = await self.monitor.rows(_LOCKS, self.worker.pid, self._newest)
        locked = {row["oid"]: row for row in rows if row["oid"] in self._known}
        traces = await self.worker.rows(_TRACES, list(locked))
        called = {row["oid"]: (row["nspname"], row["relname"]) for row in traces if row["relname"]}
        self._names.update(called.values())
        before, now = self._seen.counts, _counts(traces)
        self._seen.counts = {**before, **now}
        return Observation(
            self._locks(locked, called, rehearsal),
            _named(self._rewritten(locked, traces), locked),
            _named(_scanned(before, now, rehearsal), locked),
            milliseconds,
            gone=self._newly_gone(traces),
            writes=_written(before, now),
        )

    def _is_apart(self, rehearsal: Rehearsal) -> bool:
        """Whether all that it names was made by this plan: nobody can wait for that."""
        names = rehearsal.relations
        is_about_the_new = bool(names) and not any(map(self._is_known, names))
        return is_about_the_new or rehearsal.form is Form.SETTING

    def _is_known(self, name: tuple[str, str]) -> bool:
        return not name[0] or name in self._names

    def _locks(
        self, locked: Mapping[int, Row], called: Mapping[int, tuple[str, str]], rehearsal: Rehearsal
    ) -> dict[str, LockMode]:
        """Return what it took; what it held already counts for the relations that it names."""
        taken: dict[str, LockMode] = {}
        for oid, row in locked.items():
            mode = max((_MODES[one] for one in row["modes"]), key=lambda mode: mode.strength)
            before = self._seen.held.get(oid)
            names = {(row["nspname"], row["relname"]), called.get(oid, ("", ""))}
            names |= {("", name) for _, name in names}
            is_named = not names.isdisjoint(rehearsal.relations)
            if before is None or mode.strength > before.strength or is_named:
                taken[_name(row)] = mode
            self._seen.held[oid] = mode
        return dict(sorted(taken.items()))

    def _rewritten(self, locked: Mapping[int, Row], traces: Iterable[Row]) -> list[int]:
        found: list[int] = []
        for trace in traces:
            oid, file = trace["oid"], trace["file"]
            if file and file != self._seen.files.get(oid, locked[oid]["file"]):
                found.append(oid)
            if file:
                self._seen.files[oid] = file
        return found

    def _newly_gone(self, traces: Iterable[Row]) -> frozenset[Number]:
        gone = {number for trace in traces for number in _gone(trace)} - self._gone
        self._gone |= gone
        return frozenset(gone)


async def timed(run: Run) -> float:
    """Run something and return the milliseconds that it took."""
    start = time.perf_counter()
    await run()
    return round((time.perf_counter() - start) * 1000, 3)


def _counts(rows: Iterable[Row]) -> dict[int, _Counts]:
    return {
        row["oid"]: _Counts(
            row["scans"] or 0,
            row["lookups"] or 0,
            Writes(row["inserted"] or 0, row["updated"] or 0, row["deleted"] or 0),
        )
        for row in rows
    }


def _scanned(
    before: Mapping[int, _Counts], now: Mapping[int, _Counts], rehearsal: Rehearsal
) -> list[int]:
    if rehearsal.is_truncation:
        return []  # The counter moves although nothing is read.
    return [
        oid
        for oid, counts in now.items()
        for old in [before.get(oid, _Counts())]
        if counts.scans > old.scans
        or (rehearsal.validates_foreign_key and counts.lookups > old.lookups)
    ]


def _written(before: Mapping[int, _Counts], now: Mapping[int, _Counts]) -> dict[int, Writes]:
    written = {
        oid: Writes(
            counts.writes.inserted - old.inserted,
            counts.writes.updated - old.updated,
            counts.writes.deleted - old.deleted,
        )
        for oid, counts in now.items()
        for old in [before.get(oid, _Counts()).writes]
    }
    return {oid: writes for oid, writes in written.items() if not writes.is_none}


def _gone(trace: Row) -> Iterator[Number]:
    if not trace["is_there"]:
        yield trace["oid"], 0
    yield from ((trace["oid"], column) for column in trace["dropped"])


def _named(oids: Iterable[int], locked: Mapping[int, Row]) -> frozenset[str]:
    return frozenset(_name(locked[oid]) for oid in oids)


def _name(row: Row) -> str:
    return f"{row['nspname']}.{row['relname']}"
