"""Where the values of some columns come from together: one row of texts at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

Value = str | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Columns whose values belong together, and the rows of values that there are to take."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def at(self, number: int) -> Mapping[str, Value]:
        """Return the values of one row; after the last comes the first."""
        return dict(zip(self.columns, self.rows[number % len(self.rows)], strict=True))


def of_one(column: str, values: Iterable[Value]) -> Source:
    """Return the source of one column."""
    return Source((column,), tuple((value,) for value in values))


def merged(sources: Sequence[Source]) -> list[Source]:
    """Join sources that have columns in common, as far as their rows agree on them."""
    done: list[Source] = []
    for source in sources:
        shared = [one for one in done if not set(one.columns).isdisjoint(source.columns)]
        done = [one for one in done if one not in shared]
        done.append(reduce(_joined, (*shared, source)))
    return done


def _joined(one: Source, other: Source) -> Source:
    both = [name for name in one.columns if name in other.columns]
    added = [other.columns.index(name) for name in other.columns if name not in both]
    rows = [
        (*left, *(right[place] for place in added))
        for left in one.rows
        for right in other.rows
        if all(left[one.columns.index(name)] == right[other.columns.index(name)] for name in both)
    ]
    return Source((*one.columns, *(other.columns[place] for place in added)), tuple(rows))
