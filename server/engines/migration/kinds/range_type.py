"""How range types come and go; each change takes a new one, under the columns that hold it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.range_type import RangeType
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


def _alter(change: Change[RangeType], context: Context) -> Iterable[Action] | None:
    old, new = change.old, change.new
    if not _is_held(old, context):
        return None
    exchange = Exchange(
        type=new.identity,
        creation=tuple(each.sql for each in _create(new, context)),
        conversion=by_text,
        refuge=text_type,
        hazards=tuple(_hazards(change, context)),
    )
    return tuple(exchanged(exchange, context))


def _hazards(change: Change[RangeType], context: Context) -> Iterator[Hazard]:
    old, new = change.old, change.new
    message = f"a value that the new {new.identity.qualified_name} refuses stops the statement"
    yield Hazard(HazardKind.MAY_FAIL, new.identity, message)
    for column in holders(old.identity, context.old):
        yield from risks(_bounded_by(old.subtype, column), _bounded_by(new.subtype, column))


def _bounded_by(subtype: str, column: Column) -> Column:
    return replace(column, type=subtype, type_name=subtype)


def _rebuilds(change: Change[RangeType], context: Context) -> Iterable[Identity]:
    return obstacles(change.old.identity, context) if _is_held(change.old, context) else ()


def _is_held(range_type: RangeType, context: Context) -> bool:
    """Whether a column that stays holds values of it."""
    columns = holders(range_type.identity, context.old)
    return any(not context.is_dropped(each.identity) for each in columns)


def _reworks(change: Change[RangeType], context: Context) -> Iterable[Identity]:
    return converted(change.old.identity, context) if _is_held(change.old, context) else ()


KIND = Kind(
    fact=RangeType,
    rank=40,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    reworks=_reworks,
    rebuilds=_rebuilds,
)
