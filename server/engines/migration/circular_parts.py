"""Parts of dropped tables and views that hold what needs the table itself.

A policy may look into a view of the table that it protects. It would go with the table, which
cannot go before the view, which cannot go before the policy; so the policy goes first, by itself.
"""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.trigger import Trigger

_APART = Policy | Default | Trigger | Constraint


def circular_parts(old: Catalog, dropped: frozenset[Identity]) -> frozenset[Identity]:
    """Return the parts of dropped relations that need something which needs the relation."""
    return frozenset(
        each.identity
        for kind in (Policy, Default, Trigger, Constraint)
        for each in old.of(kind)
        if _can_go(each) and _leads_back(each, old, dropped)
    )


def _can_go(part: _APART) -> bool:
    return not isinstance(part, Constraint) or part.type is ConstraintType.CHECK


def _leads_back(part: _APART, old: Catalog, dropped: frozenset[Identity]) -> bool:
    relation = Identity("table", part.identity.names[:2])
    if part.identity not in dropped or relation not in dropped:
        return False
    family = {relation, *(each.identity for each in old.columns(relation))}
    seen: set[Identity] = set()
    waiting = [*_needs(part.identity, old, dropped)]
    waiting = [each for each in waiting if each not in family]
    while waiting:
        here = waiting.pop()
        if here in family:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(_needs(here, old, dropped))
    return False


def _needs(identity: Identity, old: Catalog, dropped: frozenset[Identity]) -> Iterator[Identity]:
    """Yield what is dropped, too, and has to stay as long as an object is there."""
    needed = (each.referenced for each in old.dependencies_of(identity))
    for each in needed:
        fact = old.facts.get(each)
        whole = None if fact is None else fact.parent
        yield from (one for one in (each, whole) if one is not None and one in dropped)
