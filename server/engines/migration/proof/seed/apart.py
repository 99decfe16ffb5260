"""Rows of which no two have the same values where the target wants that."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from server.engines.migration.proof.seed.demands import Key
from server.engines.migration.proof.seed.sources import Value


def apart(
    rows: Iterable[Mapping[str, Value]], keys: Sequence[Key]
) -> Iterator[Mapping[str, Value]]:
    """Yield the rows whose keys were not seen before; what PostgreSQL fills in is not looked at."""
    seen = set[tuple[Key, tuple[Value, ...]]]()
    for row in rows:
        taken = {(key, values) for key in keys if (values := _values(row, key)) is not None}
        if seen.isdisjoint(taken):
            seen |= taken
            yield row


def _values(row: Mapping[str, Value], key: Key) -> tuple[Value, ...] | None:
    """Return what must be there once, None where that is not known, or NULL lets it be often."""
    if not row.keys() >= {*key.columns}:
        return None
    values = tuple(row[name] for name in key.columns)
    return None if None in values and not key.is_nulls_not_distinct else values
