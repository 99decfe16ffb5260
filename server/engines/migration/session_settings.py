"""Which settings of a session decide what the values of a column become."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.domain import Domain
from server.engines.migration.conversions import is_in_one_family
from server.engines.migration.doubled import Doubled
from server.engines.migration.losses import base, depends_on_time_zone, unmodified
from server.engines.migration.type_family import types_in

TIME_ZONE = "TimeZone"

_ZONED = frozenset(
    {"timestamp with time zone", "time with time zone", "tstzrange", "tstzmultirange"}
)
_TIMES = frozenset(
    {
        *("date", "daterange", "datemultirange"),
        *("timestamp without time zone", "tsrange", "tsmultirange"),
        *_ZONED,
    }
)
_SETTINGS = {
    TIME_ZONE: _ZONED,
    "DateStyle": _TIMES,
    "IntervalStyle": frozenset({"interval"}),
    "extra_float_digits": frozenset({"real", "double precision"}),
    "bytea_output": frozenset({"bytea"}),
    "lc_monetary": frozenset({"money"}),
}
"""The types whose values are written and read as each setting says."""


def settings_asked(found: Doubled) -> Iterator[str]:
    """Yield the settings that a conversion by way of the text asks, or one of time zones."""
    before, after = base(found.old), base(found.new)
    if before == after or is_in_one_family(before, after):
        yield from (TIME_ZONE,) if depends_on_time_zone(found.old, found.new) else ()
        return
    context = found.context
    types = {before, after, *_inside(found.old, context.old), *_inside(found.new, context.new)}
    yield from (setting for setting, asking in _SETTINGS.items() if asking & types)


def _inside(column: Column, catalog: Catalog) -> Iterator[str]:
    """Yield the names of the types that a column's own type is made of."""
    for type_ in types_in(column.identity, catalog):
        domain = catalog.get(type_, Domain)
        if domain is not None:
            yield unmodified(domain.base_type)
        yield from (unmodified(each.type) for each in catalog.children(type_, Attribute))
