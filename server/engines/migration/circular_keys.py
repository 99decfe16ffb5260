"""Foreign keys by which dropped things hold each other, so that none can be dropped first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.migration.fates import is_taken_along

_Graph = Mapping[Identity, set[Identity]]


def circular_foreign_keys(old: Catalog, dropped: frozenset[Identity]) -> frozenset[Identity]:
    """Return the foreign keys between dropped tables that lie on a circle of what needs what.

    The circle may lead over other keys, over what inherits, and over functions that take rows.
    """
    keys = [
        each
        for each in old.of(Constraint)
        if each.references in dropped and each.parent in dropped and each.references != each.parent
    ]
    if not keys:
        return frozenset()
    hosts = {each: _host(each, old, dropped) for each in dropped if each in old}
    needs = _needs(hosts, old)
    circular = _on_circles(needs)
    return frozenset(
        key.identity
        for key in keys
        if key.parent is not None
        and key.references is not None
        and hosts[key.parent] != hosts[key.references]
        and {hosts[key.parent], hosts[key.references]} <= circular
    )


def _host(identity: Identity, old: Catalog, dropped: frozenset[Identity]) -> Identity:
    """Return what takes an object along when it is dropped, or the object itself."""
    taker = is_taken_along(old.facts[identity], old, dropped)
    return identity if taker is None else _host(taker, old, dropped)


def _needs(hosts: Mapping[Identity, Identity], old: Catalog) -> _Graph:
    """Return what each of the dropped things has to be dropped before."""
    found: defaultdict[Identity, set[Identity]] = defaultdict(set)
    for each, host in hosts.items():
        for dependency in old.dependencies_of(each):
            needed = hosts.get(dependency.referenced, host)
            if needed != host:
                found[host].add(needed)
    return found


def _on_circles(needs: _Graph) -> frozenset[Identity]:
    """Return what is left when all is taken away that nothing needs, or that needs nothing."""
    backwards: defaultdict[Identity, set[Identity]] = defaultdict(set)
    for each, needed in needs.items():
        for one in needed:
            backwards[one].add(each)
    return frozenset({*_left(needs, backwards)} & {*_left(backwards, needs)})


def _left(needs: _Graph, backwards: _Graph) -> Iterator[Identity]:
    """Yield what is on a circle or needs, however indirectly, what is on one."""
    waits_for = {each: len(needs.get(each, ())) for each in {*needs, *backwards}}
    ready = [each for each, count in waits_for.items() if not count]
    while ready:
        for one in backwards.get(ready.pop(), ()):
            waits_for[one] -= 1
            if not waits_for[one]:
                ready.append(one)
    return (each for each, count in waits_for.items() if count)
