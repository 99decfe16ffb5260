"""Types that are made of other types: what holds a type, and what a type holds."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.migration.context import Context
from server.engines.migration.holders import holders

Container = CompositeType | Domain | RangeType
_PARTS = Attribute | DomainConstraint
_TYPES = CompositeType | Domain | RangeType | EnumType


def is_type(fact: Fact | None) -> bool:
    """Whether columns can be declared as it."""
    return isinstance(fact, _TYPES)


def containers(type_: Identity, context: Context) -> tuple[Container, ...]:
    """Return the types made of a type that columns hold, each after those that it is made of.

    Others can be dropped and created again.
    """
    found: dict[Identity, Container] = {}
    _collect(type_, context, found)
    return tuple(reversed(found.values()))


def _collect(type_: Identity, context: Context, found: dict[Identity, Container]) -> None:
    """Add what holds the type, and first what holds that."""
    for holder in _direct(type_, context.old):
        stays = holder.identity in context.new and not context.is_dropped(holder.identity)
        if stays and holder.identity not in found and holders(holder.identity, context.old):
            _collect(holder.identity, context, found)
            found[holder.identity] = holder


def _direct(type_: Identity, catalog: Catalog) -> Iterator[Container]:
    for dependency in catalog.dependents(type_):
        fact = catalog.facts.get(dependency.dependent)
        if isinstance(fact, Attribute) and fact.parent is not None:
            fact = catalog.facts.get(fact.parent)
        if isinstance(fact, Container) and fact.identity != type_:
            yield fact


def within(fact: Fact, catalog: Catalog) -> Iterator[Identity]:
    """Yield all types that the type is made of which the fact is a part of."""
    if isinstance(fact, _PARTS) and fact.parent is not None:
        yield from types_in(fact.parent, catalog)


def types_in(identity: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield all types that a type, or the values of a column, are made of."""
    seen = {identity}
    waiting = [identity]
    while waiting:
        inner = {*_held(waiting.pop(), catalog)} - seen
        yield from inner
        seen |= inner
        waiting += inner


def _held(type_: Identity, catalog: Catalog) -> Iterator[Identity]:
    """Yield the types that a type is made of directly."""
    parts = (each.identity for each in catalog.parts(type_) if isinstance(each, _PARTS))
    for user in (type_, *parts):
        for dependency in catalog.dependencies_of(user):
            if is_type(catalog.facts.get(dependency.referenced)):
                yield dependency.referenced


def needed_by_parts(fact: Fact, catalog: Catalog) -> Iterator[Identity]:
    """Yield what the parts of a type need: when the type is made anew, they are, too."""
    if isinstance(fact, Container):
        for part in catalog.parts(fact.identity):
            if isinstance(part, _PARTS):
                needed = (each.referenced for each in catalog.dependencies_of(part.identity))
                yield from (each for each in needed if each != fact.identity)
