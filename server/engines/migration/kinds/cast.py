"""How casts come and go."""

from collections.abc import Iterable

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.cast import Cast, CastContext, CastMethod
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind


def _reference(identity: Identity, _catalog: Catalog) -> str:
    source, target = identity.arguments or ("", "")
    return f"CAST ({source} AS {target})"


def _create(cast: Cast, context: Context) -> Iterable[Action]:
    head = f"CREATE {_reference(cast.identity, context.new)} {_method(cast)}"
    if cast.context is CastContext.EXPLICIT:
        return plain(head)
    return plain(f"{head} AS {cast.context.upper()}")


def _method(cast: Cast) -> str:
    match cast.method:
        case CastMethod.FUNCTION:
            return f"WITH FUNCTION {cast.function}"
        case CastMethod.BINARY:
            return "WITHOUT FUNCTION"
        case CastMethod.INPUT_OUTPUT:
            return "WITH INOUT"


def _drop(cast: Cast, context: Context) -> Iterable[Action]:
    return plain(f"DROP {_reference(cast.identity, context.old)}")


KIND = Kind(fact=Cast, rank=96, reference=_reference, create=_create, drop=_drop)
