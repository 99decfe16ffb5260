"""Which indexes of a table another one makes unnecessary, and why."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.engines.catalog.kinds.index import Index, IndexKey


class Redundancy(StrEnum):
    """How one index repeats another."""

    OF_CONSTRAINT = "the same keys as the index of a constraint"
    DUPLICATE = "the same keys as another index"
    PREFIX = "all that it can look up is in a longer index"


@dataclass(frozen=True, slots=True)
class Redundant:
    """An index, the one that serves whatever it serves, and how they relate."""

    index: Index
    served_by: Index
    how: Redundancy


def redundant_indexes(indexes: Iterable[Index]) -> Iterator[Redundant]:
    """Yield the unnecessary indexes of one relation; what serves them is never one of them."""
    alike: defaultdict[object, list[Index]] = defaultdict(list)
    for index in sorted(indexes, key=lambda each: each.identity, reverse=True):
        alike[index.method, index.predicate, _sorted_by(index.keys[0])].append(index)
    for group in alike.values():
        yield from _redundant(sorted(group, key=_worth))


def _redundant(indexes: Sequence[Index]) -> Iterator[Redundant]:
    """Yield the unnecessary ones of some indexes, which come in the order of their worth."""
    kept = {each.identity: each for each in indexes}
    for index in indexes:
        if any(_redundancy(index, other) for other in kept.values() if other is not index):
            del kept[index.identity]
    for index in indexes:
        if index.identity not in kept:
            found = [(how, other) for other in kept.values() if (how := _redundancy(index, other))]
            how, other = min(found, key=lambda each: list(Redundancy).index(each[0]))
            yield Redundant(index, other, how)


def is_same_order(keys: Sequence[IndexKey], others: Sequence[IndexKey]) -> bool:
    """Tell whether both sort alike: key by key the same, or all the other way round."""
    if list(map(_sorted_by, keys)) != list(map(_sorted_by, others)):
        return False
    directions = [
        (key.is_descending, key.is_nulls_first) == (other.is_descending, other.is_nulls_first)
        for key, other in zip(keys, others, strict=True)
    ]
    opposite = all(
        key.is_descending != other.is_descending and key.is_nulls_first != other.is_nulls_first
        for key, other in zip(keys, others, strict=True)
    )
    return all(directions) or opposite


def _worth(index: Index) -> tuple[object, ...]:
    """Order by what argues for keeping an index."""
    return (
        index.is_primary,
        index.constraint is not None,
        len(index.keys),
        len(index.included_columns),
    )


def _redundancy(index: Index, other: Index) -> Redundancy | None:
    if not _may_replace(other, index):
        return None
    if len(index.keys) < len(other.keys):
        return Redundancy.PREFIX if _is_prefix(index, other) else None
    if len(index.keys) > len(other.keys) or not is_same_order(index.keys, other.keys):
        return None
    if other.constraint is not None:
        return Redundancy.OF_CONSTRAINT
    if len(index.included_columns) < len(other.included_columns):
        return Redundancy.PREFIX
    return Redundancy.DUPLICATE


def _may_replace(other: Index, index: Index) -> bool:
    """Tell whether nothing but its keys argues for `index`; method and predicate are the same."""
    columns = {*other.key_columns, *other.included_columns}
    return (
        (index.is_valid and other.is_valid)
        and not (index.is_clustered or index.is_replica_identity)
        and index.partition_of is None
        and (index.method == "btree" or index.options == other.options)
        and columns.issuperset(index.included_columns)
        and (index.constraint is None or _is_key(index))
        and (not index.is_unique or _is_as_strict(other, index))
    )


def _is_key(index: Index) -> bool:
    """Tell a primary key or unique constraint from exclusion, where keys do not say it all."""
    return index.is_unique and index.method == "btree"


def _is_as_strict(other: Index, index: Index) -> bool:
    """Tell whether `other` refuses the duplicates that `index` does, no later."""
    return (
        other.is_unique
        and (other.constraint is not None or index.constraint is None)
        and len(other.keys) == len(index.keys)
        and (other.is_nulls_not_distinct or not index.is_nulls_not_distinct)
        and (other.is_immediate or not index.is_immediate)
    )


def _is_prefix(index: Index, other: Index) -> bool:
    is_ordered = index.method == "btree"
    return is_ordered and is_same_order(index.keys, other.keys[: len(index.keys)])


def _sorted_by(key: IndexKey) -> tuple[object, ...]:
    return (key.column, key.expression, key.operator_class, key.collation)
