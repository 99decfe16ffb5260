"""How access methods come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.access_method import AccessMethod
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifier


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"ACCESS METHOD {identifier(identity.name)}"


def _create(method: AccessMethod, context: Context) -> Iterable[Action]:
    reference = _reference(method.identity, context.new)
    return plain(f"CREATE {reference} TYPE {method.type.upper()} HANDLER {method.handler}")


def _drop(method: AccessMethod, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(method.identity, context.old)}")


KIND = Kind(fact=AccessMethod, rank=100, reference=_reference, create=_create, drop=_drop)
