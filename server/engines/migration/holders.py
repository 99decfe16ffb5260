"""Which columns hold values of a type, directly or inside of values of other types."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.migration.context import Context


def holders(type_: Identity, catalog: Catalog) -> tuple[Column, ...]:
    """Return the columns that hold values of a type, also in arrays, domains, ranges and rows."""
    seen = {type_}
    waiting = [type_]
    found: dict[Identity, Column] = {}
    while waiting:
        for dependent in _uses(waiting.pop(), catalog):
            column = catalog.get(dependent, Column)
            if column is not None:
                found[dependent] = column
            elif dependent not in seen:
                seen.add(dependent)
                waiting.append(dependent)
    return tuple(found[identity] for identity in sorted(found, key=lambda each: each.order))


def held_inside(domain: Identity, context: Context) -> Iterator[Column]:
    """Yield the columns that stay and hold values of a domain inside of others.

    PostgreSQL does not look into arrays, ranges and rows, and refuses to check those.
    """
    return (each for each in _inside(domain, context) if not context.is_dropped(each.identity))


def gone_holders(domain: Identity, context: Context) -> Iterator[Identity]:
    """Yield the columns that are dropped before values are checked.

    Their values need not meet what the domain asks from then on, and PostgreSQL refuses to check
    a domain that some column holds inside of other values.
    """
    held = holders(domain, context.old)
    return (each.identity for each in held if context.is_dropped(each.identity))


def _inside(domain: Identity, context: Context) -> Iterator[Column]:
    direct = {domain, *_domains_over(domain, context.old)}
    for column in holders(domain, context.old):
        needed = {each.referenced for each in context.old.dependencies_of(column.identity)}
        if not needed & direct or column.type.endswith("[]"):
            yield column


def _domains_over(domain: Identity, catalog: Catalog) -> Iterator[Identity]:
    for dependency in catalog.dependents(domain):
        over = catalog.get(dependency.dependent, Domain)
        if over is not None and not over.base_type.endswith("[]"):
            yield over.identity
            yield from _domains_over(over.identity, catalog)


def _uses(type_: Identity, catalog: Catalog) -> Iterator[Identity]:
    for dependency in catalog.dependents(type_):
        fact = catalog.facts.get(dependency.dependent)
        match fact:
            case Column() | Domain() | CompositeType() | RangeType():
                yield fact.identity
            case Attribute(parent=parent) if parent is not None:
                yield parent
            case _:
                pass
