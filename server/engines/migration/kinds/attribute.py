"""How attributes of composite types come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import risks
from server.engines.migration.hazard import Hazard, data_loss
from server.engines.migration.holders import holders
from server.engines.migration.kind import Kind
from server.engines.migration.moved import is_moved
from server.engines.migration.typed_tables import columns_with, typed_by
from server.engines.sql.quote import identifier, qualified


def attribute_definition(attribute: Attribute) -> str:
    """Return the attribute as CREATE TYPE and ADD ATTRIBUTE take it."""
    return f"{identifier(attribute.identity.name)} {_type(attribute)}"


def _type(attribute: Attribute) -> str:
    collation = f" COLLATE {attribute.collation}" if attribute.collation else ""
    return f"{attribute.type}{collation}"


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLUMN {qualified(*identity.names)}"


def _head(attribute: Attribute) -> str:
    return f"ALTER TYPE {qualified(*attribute.identity.names[:-1])}"


def _create(attribute: Attribute, context: Context) -> Iterable[Action]:
    definition = attribute_definition(attribute)
    return plain(f"{_head(attribute)} ADD ATTRIBUTE {definition}{_cascade(attribute, context)}")


def _drop(attribute: Attribute, context: Context) -> Iterable[Action]:
    name = identifier(attribute.identity.name)
    statement = f"{_head(attribute)} DROP ATTRIBUTE {name}{_cascade(attribute, context)}"
    gone = [
        data_loss(each.identity, f"all values of {each.identity.qualified_name} are lost")
        for each in columns_with(attribute, context)
    ]
    columns = [each.identity.qualified_name for each in _columns(attribute, context)]
    if columns:
        message = f"all values of {attribute.identity.name} are lost in {', '.join(columns)}"
        gone.append(data_loss(attribute.identity, message))
    return risky([statement], *gone)


def _alter(change: Change[Attribute], context: Context) -> Iterable[Action]:
    """Give it another type, unless that comes with a new composite type."""
    new = change.new
    if is_moved(new.identity, change.old.type, new.type, context):
        return ()
    if comes_with_exchange(new, context):
        return ()
    statement = (
        f"{_head(new)} ALTER ATTRIBUTE {identifier(new.identity.name)} TYPE {_type(new)}"
        f"{_cascade(new, context)}"
    )
    return risky([statement], *_risks_below(new, context))


def _risks_below(attribute: Attribute, context: Context) -> Iterator[Hazard]:
    """Yield what becomes of the values in tables that are declared to be of the type."""
    for old in columns_with(attribute, context):
        new = context.new.get(old.identity, Column)
        if new is not None:
            yield from risks(old, new)


def comes_with_exchange(attribute: Attribute, context: Context) -> bool:
    """Whether the composite type is made anew with it: PostgreSQL alters none that columns hold."""
    before = context.old.get(attribute.identity, Attribute)
    if before is None or context.is_dropped(attribute.identity):
        return False
    is_other = (before.type, before.collation) != (attribute.type, attribute.collation)
    is_other = is_other and not is_moved(attribute.identity, before.type, attribute.type, context)
    return is_other and next(_columns(attribute, context), None) is not None


def _touches(attribute: Attribute, context: Context) -> Iterator[Identity]:
    if attribute.parent is not None and comes_with_exchange(attribute, context):
        yield attribute.parent


def _rebuilds(change: Change[Attribute], context: Context) -> Iterable[Identity]:
    if is_moved(change.new.identity, change.old.type, change.new.type, context):
        return ()
    return (each.dependent for each in context.old.dependents(change.old.identity))


def _columns(attribute: Attribute, context: Context) -> Iterator[Column]:
    if attribute.parent is None:
        return
    for column in holders(attribute.parent, context.old):
        if not context.is_dropped(column.identity):
            yield column


def _cascade(attribute: Attribute, context: Context) -> str:
    """Return what takes tables along that are declared to be of the type."""
    return " CASCADE" if any(typed_by(attribute, context)) else ""


def _folds(_attribute: Attribute, _context: Context) -> bool:
    return True


KIND = Kind(
    fact=Attribute,
    rank=45,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    folds=_folds,
    rebuilds=_rebuilds,
    touches=_touches,
)
