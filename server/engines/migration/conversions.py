"""What happens to the values of a column that gets another type."""

import re
from collections.abc import Iterator

from server.engines.catalog.kinds.column import Column
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.sql.quote import identifier

_TEXTS = frozenset({"text", "character varying", "character", "name"})
_WHOLE_NUMBERS = {"smallint": 2, "integer": 4, "bigint": 8}
_FLOATS = frozenset({"real", "double precision"})
_NUMBERS = frozenset({*_WHOLE_NUMBERS, *_FLOATS, "numeric"})
_TIMESTAMPS = frozenset({"timestamp without time zone", "timestamp with time zone"})
_TIMES = frozenset({*_TIMESTAMPS, "date"})
_BITS = frozenset({"bit", "bit varying"})
_FAMILIES = (_NUMBERS, _TIMES, _BITS, frozenset({"json", "jsonb"}), frozenset({"inet", "cidr"}))
# Types that keep the same bytes for the same value.
_SAME_BYTES = frozenset(
    {
        ("character varying", "text"),
        ("text", "character varying"),
        ("cidr", "inet"),
        ("bit varying", "bit varying"),
        ("oid", "integer"),
    }
)
_MODIFIER = re.compile(r"\((\d+)(?:,(-?\d+))?\)")
_FULL_PRECISION = 6  # digits of a second that a timestamp without a modifier keeps


def using(old: Column, new: Column) -> str:
    """Return what stands after USING, empty where PostgreSQL converts by assignment.

    Values of types that only share their text form go through it.
    """
    before, after = old.type_name, new.type_name
    name = identifier(new.identity.name)
    if before == after or after in _TEXTS or _in_one_family(before, after):
        return ""
    if _is_builtin(before) and (before in _TEXTS or _is_builtin(after)):
        return f"{name}::{new.type}"
    return f"{name}::text{'[]' * new.type.count('[]')}::{new.type}"


def risks(old: Column, new: Column) -> Iterator[Hazard]:
    """Yield what values lose, or why some of them may be refused."""
    lost = next(_lost(old, new), "")
    name = new.identity.qualified_name
    if lost:
        yield data_loss(new.identity, f"values of {name} {lost}")
    elif _may_be_refused(old, new):
        yield Hazard(
            HazardKind.MAY_FAIL,
            new.identity,
            f"a value of {name} that does not fit {new.type} stops the statement",
        )
    if frozenset((old.type_name, new.type_name)) == _TIMESTAMPS:
        yield Hazard(
            HazardKind.BREAKS_CLIENTS,
            new.identity,
            f"values of {name} are read in the session's TimeZone while they are converted",
        )


def rewrites(old: Column, new: Column) -> bool:
    """Whether PostgreSQL writes the whole table anew to change the type.

    What was measured on 15 and 18: most metadata-only changes are widenings of one type.
    """
    before, after = old.type_name, new.type_name
    if old.type == new.type:
        return False
    if (before, after) in _SAME_BYTES:
        return _length(new) < _length(old) if after in _TEXTS else False
    if before != after:
        return True
    if before == "numeric":
        return _scale(new) != _scale(old) or _length(new) < _length(old)
    if before in {"character varying", "bit varying"}:
        return _length(new) < _length(old)
    return not (before in _TIMESTAMPS and _digits(new) >= _digits(old))


def _lost(old: Column, new: Column) -> Iterator[str]:
    yield from _lost_numbers(old, new)
    yield from _lost_times(old, new)
    before, after = old.type_name, new.type_name
    if before == "json" and after == "jsonb":
        yield "lose the order of their keys and all but the last of equal keys"
    if after == "character" and before in _TEXTS - {"character"}:
        yield "lose their trailing blanks"
    if before == "inet" and after == "cidr":
        yield "lose the bits right of the netmask"


def _lost_numbers(old: Column, new: Column) -> Iterator[str]:
    before, after = old.type_name, new.type_name
    if before in _FLOATS | {"numeric"} and after in _WHOLE_NUMBERS:
        yield "are rounded to whole numbers"
    if after == "numeric" and before in _FLOATS | {"numeric"} and _scale(new) < _scale(old):
        yield f"are rounded to {_scale(new):.0f} decimal places"
    if before == "double precision" and after == "real":
        yield "keep only 6 digits"


def _lost_times(old: Column, new: Column) -> Iterator[str]:
    before, after = old.type_name, new.type_name
    if before in _TIMESTAMPS and after == "date":
        yield "lose their time of day"
    if before in _TIMESTAMPS and after in _TIMESTAMPS and _digits(new) < _digits(old):
        yield "lose digits of their seconds"


def _may_be_refused(old: Column, new: Column) -> bool:
    before, after = old.type_name, new.type_name
    if after in _TEXTS:
        return after != "text" and _length(new) < (_length(old) if before in _TEXTS else 1e9)
    if before in _WHOLE_NUMBERS and after in _WHOLE_NUMBERS:
        return _WHOLE_NUMBERS[after] < _WHOLE_NUMBERS[before]
    if before == after == "numeric":
        return _length(new) - _scale(new) < _length(old) - _scale(old)
    return before != after and not _in_one_family(before, after)


def _in_one_family(before: str, after: str) -> bool:
    return any(before in family and after in family for family in _FAMILIES)


def _is_builtin(type_name: str) -> bool:
    return "." not in type_name and '"' not in type_name


def _modifier(column: Column) -> re.Match[str] | None:
    return _MODIFIER.search(column.type)


def _length(column: Column) -> float:
    found = _modifier(column)
    return float(found[1]) if found else float("inf")


def _scale(column: Column) -> float:
    found = _modifier(column)
    if found is None:
        return float("inf")
    return float(found[2] or 0)


def _digits(column: Column) -> int:
    found = _modifier(column)
    return int(found[1]) if found else _FULL_PRECISION
