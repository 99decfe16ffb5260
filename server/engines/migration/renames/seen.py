"""Renames that were seen to happen: one thing of PostgreSQL's under two names."""

from collections.abc import Iterator, Sequence

from server.engines.catalog.catalog import Catalog
from server.engines.migration.proof.numbers import Numbers
from server.engines.migration.renames.rename import Rename, Translation, holds


def seen(before: Numbers, after: Numbers, old: Catalog, new: Catalog) -> tuple[Rename, ...]:
    """Return what has another name afterwards, in a form that a plan can follow.

    A name that passed from one thing to another is left out, and whatever depends on it: a plan
    speaks of things by their names.
    """
    pairs = [
        (one, other)
        for number, one in before.items()
        for other in [after.get(number)]
        if other is not None and other.kind == one.kind and one in old and other in new
    ]
    found: list[Rename] = []
    for one, other in sorted(pairs, key=lambda pair: len(pair[0].names)):
        if Translation.forward(found).place(one.names) != other.names:
            found.append(Rename(one, other))
    while freed := tuple(_in_conflict(found, old, new)):
        found = [each for each in found if each not in freed and not _lies_in(each, freed)]
    return tuple(found)


def _in_conflict(renames: Sequence[Rename], old: Catalog, new: Catalog) -> Iterator[Rename]:
    forward, back = Translation.forward(renames), Translation.back(renames)
    for each in renames:
        if holds(new, forward.identity(each.old)) or holds(old, back.identity(each.new)):
            yield each


def _lies_in(each: Rename, wholes: Sequence[Rename]) -> bool:
    return any(each.old.names[: len(whole.old.names)] == whole.old.names for whole in wholes)
