"""How operator classes come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.operator_class import OperatorClass
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import identifiers, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    method = identifiers(identity.arguments or ())
    return f"OPERATOR CLASS {qualified(*identity.names)} USING {method}"


def _create(operator_class: OperatorClass, _context: Context) -> Iterable[Action]:
    identity, type_name = operator_class.identity, operator_class.type
    default = " DEFAULT" if operator_class.is_default else ""
    storage = operator_class.storage_type
    members = [*operator_class.members, *([f"STORAGE {storage}"] if storage else [])]
    return plain(
        f"CREATE OPERATOR CLASS {qualified(*identity.names)}{default} FOR TYPE {type_name}"
        f" USING {identifiers(identity.arguments or ())} FAMILY {operator_class.family}"
        # The type itself as what is stored says nothing, and something has to be said.
        f" AS {', '.join(members) or f'STORAGE {type_name}'}"
    )


def _drop(operator_class: OperatorClass, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(operator_class.identity, context.old)}")


KIND = Kind(fact=OperatorClass, rank=98, reference=_reference, create=_create, drop=_drop)
