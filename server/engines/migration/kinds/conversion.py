"""How conversions between encodings come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.conversion import Conversion
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import literal, qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"CONVERSION {qualified(*identity.names)}"


def _create(conversion: Conversion, context: Context) -> Iterable[Action]:
    default = "DEFAULT " if conversion.is_default else ""
    return plain(
        f"CREATE {default}{_reference(conversion.identity, context.new)}"
        f" FOR {literal(conversion.source)} TO {literal(conversion.target)}"
        f" FROM {conversion.function}"
    )


def _drop(conversion: Conversion, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(conversion.identity, context.old)}")


KIND = Kind(fact=Conversion, rank=100, reference=_reference, create=_create, drop=_drop)
