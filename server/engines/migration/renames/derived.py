"""Names that PostgreSQL once made of other names, and does not change along with them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import TypeVar

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.fingerprint import payload_fingerprint
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.sequence import Sequence as SequenceFact
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.catalog.kinds.table import Table
from server.engines.migration.renames.inherited import heirs, is_handed_down
from server.engines.migration.renames.rename import Rename

F = TypeVar("F", bound=Fact)
_COLUMNS = frozenset({Column.kind, "view_column"})
_RELATIONS = frozenset({Table.kind, MaterializedView.kind, "foreign_table"})


def derived(renamed: Catalog, new: Catalog, wanted: Sequence[Rename]) -> tuple[Rename, ...]:
    """Return what else changes nothing but its name in what was renamed.

    `renamed` is read after the steps for `wanted` have run. Indexes, constraints, sequences,
    statistics and columns of views are matched by what they say, never by their names alone.
    """
    touched = heirs(_touched(wanted, new), new)
    return (
        *_matched(Constraint, renamed, new, _of_table(touched, renamed)),
        *_matched(Index, renamed, new, _free_index(touched)),
        *_matched(SequenceFact, renamed, new, lambda fact: _owner(fact) in touched),
        *_matched(Statistics, renamed, new, lambda fact: fact.table in touched),
        *_matched(DomainConstraint, renamed, new, lambda fact: fact.parent in touched),
    )


def _touched(wanted: Iterable[Rename], new: Catalog) -> Iterator[Identity]:
    """Yield what the names of other things are made of, by its new name."""
    for each in wanted:
        if each.new.kind in _RELATIONS or each.new.kind == Domain.kind:
            yield each.new
        elif each.new.kind in {Column.kind, Constraint.kind}:
            yield from (Identity(kind, each.new.names[:2]) for kind in sorted(_RELATIONS))
    # Views hand on the names of columns, and these name the indexes of materialized ones.
    if any(each.new.kind in _COLUMNS for each in wanted):
        yield from (each.identity for each in new.of(MaterializedView))


def _of_table(touched: frozenset[Identity], renamed: Catalog) -> Callable[[Constraint], bool]:
    def is_meant(fact: Constraint) -> bool:
        return (
            fact.parent in touched
            and not is_handed_down(fact.identity, renamed)
            and not _is_torn(fact, renamed)
        )

    return is_meant


def _is_torn(fact: Constraint, catalog: Catalog) -> bool:
    """Whether heirs have the constraint under names of their own, where no rename reaches it."""
    if fact.type is not ConstraintType.NOT_NULL or fact.parent is None:
        return False
    below = heirs([fact.parent], catalog) - {fact.parent}
    return any(
        Identity(Constraint.kind, (*each.names, fact.identity.name)) not in catalog
        for each in below
    )


def _free_index(touched: frozenset[Identity]) -> Callable[[Index], bool]:
    # The index behind a constraint is renamed with it.
    return lambda fact: fact.parent in touched and fact.constraint is None


def _owner(fact: SequenceFact) -> Identity | None:
    return None if fact.owned_by is None else Identity(Table.kind, fact.owned_by.names[:2])


def _matched(
    cls: type[F], renamed: Catalog, new: Catalog, is_meant: Callable[[F], bool]
) -> Iterator[Rename]:
    """Yield what only the one schema has with what only the other has and says the same."""
    gone = _by_content(
        each for each in renamed.of(cls) if each.identity not in new and is_meant(each)
    )
    fresh = _by_content(each for each in new.of(cls) if each.identity not in renamed)
    for content, leftovers in gone.items():
        yield from _paired(leftovers, fresh.get(content, []))


def _by_content(facts: Iterable[F]) -> dict[tuple[Identity | None, str], list[Identity]]:
    found: defaultdict[tuple[Identity | None, str], list[Identity]] = defaultdict(list)
    for each in facts:
        found[each.parent, payload_fingerprint(_without_names(each))].append(each.identity)
    return found


def _without_names(fact: Fact) -> Fact:
    """Leave of the whole that a part of a partition belongs to only the table."""
    if isinstance(fact, Constraint | Index) and fact.partition_of is not None:
        whole = fact.partition_of
        return replace(fact, partition_of=replace(whole, names=whole.names[:-1]))
    return fact


def _paired(gone: list[Identity], fresh: list[Identity]) -> Iterator[Rename]:
    """Pair twins with those whose names are most alike."""
    pairs = sorted(
        ((_likeness(one, other), one, other) for one in gone for other in fresh),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    used: set[Identity] = set()
    for _, one, other in pairs:
        if one not in used and other not in used:
            used |= {one, other}
            yield Rename(one, other)


def _likeness(one: Identity, other: Identity) -> float:
    return SequenceMatcher(None, one.name, other.name).ratio()
