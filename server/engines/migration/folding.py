"""Which parts the statement that creates their parent can bring along."""

from collections.abc import Iterator

from server.engines.catalog.identity import Identity
from server.engines.migration.context import Context
from server.engines.migration.registry import kind_of


def folded(context: Context) -> frozenset[Identity]:
    """Return the parts of created objects that need nothing that needs the object itself.

    A column whose default calls a function that takes rows of the very table comes later.
    """
    created = context.created
    wanted = {
        identity: host
        for identity in created
        for fact in [context.new.facts[identity]]
        if (host := kind_of(fact).folds_into(fact)) in created
        and kind_of(fact).folds(fact, context)
    }
    return frozenset(part for part, host in wanted.items() if not _leads_back(part, host, context))


def _leads_back(part: Identity, parent: Identity | None, context: Context) -> bool:
    """Whether what the part needs, needs the object whose creation would bring it along."""
    family = _family(parent, context)
    seen: set[Identity] = set()
    waiting = [each for each in _needs(part, context) if each not in family]
    while waiting:
        here = waiting.pop()
        if here in family:
            return True
        if here not in seen and here in context.created:
            seen.add(here)
            waiting.extend(_needs(here, context))
    return False


def _family(parent: Identity | None, context: Context) -> frozenset[Identity]:
    if parent is None:
        return frozenset()
    parts = context.new.parts(parent)
    grandparts = (each for part in parts for each in context.new.parts(part.identity))
    return frozenset({parent, *(each.identity for each in (*parts, *grandparts))})


def _needs(identity: Identity, context: Context) -> Iterator[Identity]:
    fact = context.new.facts.get(identity)
    if fact is not None and fact.parent is not None:
        yield fact.parent
    for dependency in context.new.dependencies_of(identity):
        yield dependency.referenced
