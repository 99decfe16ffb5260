"""How composite types come and go; they change by their attributes."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.composite_type import CompositeType
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Change, Context
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.attribute import attribute_definition
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TYPE {qualified(*identity.names)}"


def _create(composite: CompositeType, context: Context) -> Iterable[Action]:
    attributes = sorted(
        context.new.children(composite.identity, Attribute), key=lambda each: each.position
    )
    folded = (attribute_definition(each) for each in attributes if each.identity in context.folded)
    return plain(f"CREATE TYPE {qualified(*composite.identity.names)} AS ({', '.join(folded)})")


def _drop(composite: CompositeType, _context: Context) -> Iterable[Action]:
    return plain(f"DROP TYPE {qualified(*composite.identity.names)}")


def _alter(_change: Change[CompositeType], _context: Context) -> Iterable[Action]:
    """Leave it: only the order of its attributes can differ, and nothing changes that."""
    return ()


KIND = Kind(
    fact=CompositeType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
)
