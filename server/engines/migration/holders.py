"""Which columns hold values of a type, directly or inside of values of other types."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.range_type import RangeType


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
