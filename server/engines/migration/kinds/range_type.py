"""How range types come and go; each change takes a new one, refused where a column holds it."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.range_type import RangeType
from server.engines.migration.action import Action, plain
from server.engines.migration.context import Context
from server.engines.migration.kind import Kind
from server.engines.sql.quote import qualified


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TYPE {qualified(*identity.names)}"


def _create(range_type: RangeType, _context: Context) -> Iterable[Action]:
    settings = ", ".join(_settings(range_type))
    return plain(f"CREATE TYPE {qualified(*range_type.identity.names)} AS RANGE ({settings})")


def _settings(range_type: RangeType) -> Iterator[str]:
    yield f"SUBTYPE = {range_type.subtype}"
    yield f"SUBTYPE_OPCLASS = {range_type.operator_class}"
    if range_type.collation:
        yield f"COLLATION = {range_type.collation}"
    if range_type.canonical:
        yield f"CANONICAL = {range_type.canonical}"
    if range_type.subtype_difference:
        yield f"SUBTYPE_DIFF = {range_type.subtype_difference}"
    schema = range_type.identity.names[0]
    yield f"MULTIRANGE_TYPE_NAME = {qualified(schema, range_type.multirange)}"


def _drop(range_type: RangeType, _context: Context) -> Iterable[Action]:
    return plain(f"DROP TYPE {qualified(*range_type.identity.names)}")


KIND = Kind(
    fact=RangeType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
)
