"""What each step would do to the database as it is: an estimate from what a copy showed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.engines.migration.step import LockMode, Observation, Segment, Step
from server.engines.postgres.live import LiveReader

_SIZES = """
SELECT n.nspname || '.' || c.relname AS name,
  coalesce((SELECT sum(nullif(leaf.reltuples, -1)) FROM pg_catalog.pg_partition_tree(c.oid) t
    JOIN pg_catalog.pg_class leaf ON leaf.oid = t.relid WHERE t.isleaf),
    c.reltuples)::float8 AS rows,
  coalesce((SELECT sum(pg_catalog.pg_total_relation_size(t.relid))
    FROM pg_catalog.pg_partition_tree(c.oid) t),
    pg_catalog.pg_total_relation_size(c.oid))::int8 AS bytes
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname || '.' || c.relname = ANY($1::text[])
ORDER BY 1
"""
_UNITS = ((1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "kB"))


@dataclass(frozen=True, slots=True)
class Size:
    """A table: `rows` is what the last ANALYZE counted, below 0 where there was none."""

    name: str
    rows: float
    bytes: int

    @property
    def rows_in_words(self) -> str:
        """About how many rows."""
        return f"about {self.rows:,.0f} rows" if self.rows >= 0 else "rows never counted"

    def __str__(self) -> str:
        return f"{self.name}: {self.rows_in_words}, {in_units(self.bytes)}"


@dataclass(frozen=True, slots=True)
class Work:
    """One step, its segment counted from 1, and its work and strongest lock in words."""

    segment: int
    step: Step
    estimate: str
    lock: str


def touched(segments: Iterable[Segment], seen: Iterable[Observation]) -> frozenset[str]:
    """Return the relations that steps are about, by `schema.name`, or were seen to lock."""
    steps = (step for segment in segments for step in segment.steps)
    named = (".".join((step.subject.of or step.subject).names[:2]) for step in steps)
    observed = (name for one in seen for name in (*one.locks, *one.scanned, *one.rewritten))
    return frozenset((*named, *observed))


async def sizes(reader: LiveReader, names: Iterable[str]) -> Mapping[str, Size]:
    """Return how large tables are; what is no table is left out."""
    rows = await reader.rows(_SIZES, sorted(names))
    return {row["name"]: Size(row["name"], row["rows"], row["bytes"]) for row in rows}


def works(
    segments: Sequence[Segment], seen: Sequence[Observation], known: Mapping[str, Size]
) -> tuple[Work, ...]:
    """Return every step with its estimate; without an observation nothing is guessed."""
    pairs = [(n, step) for n, segment in enumerate(segments, start=1) for step in segment.steps]
    padded = (*seen, *(None for _ in range(len(pairs) - len(seen))))
    return tuple(
        Work(number, step, _estimate(one, known), _lock(one, known))
        for (number, step), one in zip(pairs, padded, strict=True)
    )


def in_units(count: int) -> str:
    """Return a number of bytes as people read it."""
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"


def _estimate(seen: Observation | None, known: Mapping[str, Size]) -> str:
    if seen is None:
        return "not estimated"
    parts = [f"rewrites {in_units(one.bytes)} of {one.name}" for one in _of(seen.rewritten, known)]
    read = seen.scanned - seen.rewritten
    parts += [
        f"reads {one.rows_in_words} ({in_units(one.bytes)}) of {one.name}"
        for one in _of(read, known)
    ]
    return ", ".join(parts) or "instant"


def _of(names: Iterable[str], known: Mapping[str, Size]) -> list[Size]:
    return [known[name] for name in sorted(names) if name in known]


def _lock(seen: Observation | None, known: Mapping[str, Size]) -> str:
    held = [(mode.strength, name, mode) for name, mode in _locks(seen).items() if name in known]
    if not held:
        return ""
    _, name, mode = max(held)
    return f"{mode} on {name}{': ' + mode.waits if mode.waits else ''}"


def _locks(seen: Observation | None) -> Mapping[str, LockMode]:
    return {} if seen is None else seen.locks
