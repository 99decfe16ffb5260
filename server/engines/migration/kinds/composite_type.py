"""How composite types come and go; they change by their attributes."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import risks
from server.engines.migration.exchange import (
    Exchange,
    by_text,
    converted,
    exchanged,
    obstacles,
    text_type,
)
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.holders import holders
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.attribute import attribute_definition, comes_with_exchange
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TYPE {qualified(*identity.names)}"


def _create(composite: CompositeType, context: Context) -> Iterable[Action]:
    attributes = sorted(context.new.children(composite.identity, Attribute), key=_position)
    folded = (each for each in attributes if each.identity in context.folded)
    return plain(_created(composite, folded))


def _created(composite: CompositeType, attributes: Iterable[Attribute]) -> str:
    definitions = ", ".join(map(attribute_definition, attributes))
    return f"CREATE TYPE {qualified(*composite.identity.names)} AS ({definitions})"


def _position(attribute: Attribute) -> int:
    return attribute.position


def _drop(composite: CompositeType, _context: Context) -> Iterable[Action]:
    return plain(f"DROP TYPE {qualified(*composite.identity.names)}")


def _alter(change: Change[CompositeType], context: Context) -> Iterable[Action]:
    """Exchange it where attributes get other types under columns; nothing changes their order."""
    retyped = [*_retyped(change.new, context)]
    if not retyped:
        return ()
    exchange = Exchange(
        type=change.new.identity,
        creation=(_created(change.new, _standing(change.new, context)),),
        conversion=by_text,
        refuge=text_type,
        hazards=tuple(_hazards(retyped, context)),
    )
    return tuple(exchanged(exchange, context))


def _retyped(composite: CompositeType, context: Context) -> Iterator[Attribute]:
    for each in context.new.children(composite.identity, Attribute):
        if comes_with_exchange(each, context):
            yield each


def _standing(composite: CompositeType, context: Context) -> Iterator[Attribute]:
    """Yield the attributes that stay, as they shall be, in the order in which they stand."""
    before = sorted(context.old.children(composite.identity, Attribute), key=_position)
    for each in before:
        after = context.new.get(each.identity, Attribute)
        if after is not None and not context.is_dropped(each.identity):
            yield after


def _hazards(retyped: Iterable[Attribute], context: Context) -> Iterator[Hazard]:
    for new in retyped:
        message = f"a value of {new.identity.name} that {new.type} refuses stops the statement"
        yield Hazard(HazardKind.MAY_FAIL, new.identity, message)
        old = context.old.get(new.identity, Attribute)
        if old is not None and old.parent is not None:
            for column in holders(old.parent, context.old):
                yield from risks(_as(old, column), _as(new, column))


def _as(attribute: Attribute, column: Column) -> Column:
    return replace(column, type=attribute.type, type_name=attribute.type_name)


def _rebuilds(change: Change[CompositeType], context: Context) -> Iterable[Identity]:
    is_exchanged = any(_retyped(change.new, context))
    return obstacles(change.old.identity, context) if is_exchanged else ()


def _reworks(change: Change[CompositeType], context: Context) -> Iterable[Identity]:
    return converted(change.old.identity, context) if any(_retyped(change.new, context)) else ()


KIND = Kind(
    fact=CompositeType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    reworks=_reworks,
    rebuilds=_rebuilds,
)
