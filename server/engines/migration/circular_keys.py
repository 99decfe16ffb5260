"""Foreign keys by which tables hold each other, so that neither can be dropped first."""

from collections import defaultdict
from collections.abc import Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint


def circular_foreign_keys(old: Catalog, dropped: frozenset[Identity]) -> frozenset[Identity]:
    """Return the foreign keys between dropped tables that lie on a circle of such keys."""
    keys = [
        each
        for each in old.of(Constraint)
        if each.references in dropped and each.parent in dropped and each.references != each.parent
    ]
    leads_to: defaultdict[Identity | None, set[Identity | None]] = defaultdict(set)
    for key in keys:
        leads_to[key.parent].add(key.references)
    return frozenset(key.identity for key in keys if _reaches(key.references, key.parent, leads_to))


def _reaches(
    start: Identity | None,
    goal: Identity | None,
    leads_to: Mapping[Identity | None, set[Identity | None]],
) -> bool:
    seen: set[Identity | None] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(leads_to.get(here, ()))
    return False
