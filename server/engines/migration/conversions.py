"""What happens to the values of a column that gets another type."""

from collections.abc import Iterator
from itertools import permutations

from server.engines.catalog.kinds.column import Column
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.losses import (
    BITS,
    FLOATS,
    TEXTS,
    TIMESTAMPS,
    WHOLE_NUMBERS,
    depends_on_time_zone,
    digits,
    length,
    lost,
    scale,
)
from server.engines.sql.quote import identifier

_NUMBERS = frozenset({*WHOLE_NUMBERS, *FLOATS, "numeric"})
_TIMES = frozenset({*TIMESTAMPS, "date"})
_FAMILIES = (_NUMBERS, _TIMES, BITS, frozenset({"json", "jsonb"}), frozenset({"inet", "cidr"}))
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
# Types whose values are converted by what they mean, and whose texts would say something else.
_BY_MEANING = frozenset(
    {
        *permutations(("integer", "boolean"), 2),
        *permutations(("integer", "bit"), 2),
        *permutations(("bigint", "bit"), 2),
        *permutations(("numeric", "money"), 2),
    }
)
# Types that PostgreSQL converts by what they mean to and from integer only.
_BY_INTEGER = frozenset({"boolean", "bit"})


def using(old: Column, new: Column) -> str:
    """Return what stands after USING, empty where PostgreSQL converts by assignment.

    Values of types that only share their text form go through it.
    """
    before, after = old.type_name, new.type_name
    name = identifier(new.identity.name)
    if before == after or after in TEXTS or is_in_one_family(before, after):
        return ""
    if _is_builtin(before) and (before in TEXTS or (before, after) in _BY_MEANING):
        return f"{name}::{new.type}"
    if _is_by_integer(before, after) or _is_by_integer(after, before):
        return f"{name}::integer::{new.type}"
    are_arrays = before.endswith("[]") and after.endswith("[]")
    return f"{name}::text{'[]' if are_arrays else ''}::{new.type}"


def is_in_one_family(before: str, after: str) -> bool:
    """Whether PostgreSQL converts between two types of such names by assignment."""
    return any(before in family and after in family for family in _FAMILIES)


def risks(old: Column, new: Column) -> Iterator[Hazard]:
    """Yield what values lose, or why some of them may be refused."""
    words = next(lost(old, new), "")
    name = new.identity.qualified_name
    if words:
        yield data_loss(new.identity, f"values of {name} {words}")
    elif _may_be_refused(old, new):
        yield Hazard(
            HazardKind.MAY_FAIL,
            new.identity,
            f"a value of {name} that does not fit {new.type} stops the statement",
        )
    if depends_on_time_zone(old, new):
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
        return length(new) < length(old) if after in TEXTS else False
    if before != after:
        return True
    if before == "numeric":
        return scale(new) != scale(old) or length(new) < length(old)
    if before in {"character varying", "bit varying"}:
        return length(new) < length(old)
    return not (before in TIMESTAMPS and digits(new) >= digits(old))


def _may_be_refused(old: Column, new: Column) -> bool:
    before, after = old.type_name, new.type_name
    if after in TEXTS:
        return after != "text" and length(new) < (length(old) if before in TEXTS else 1e9)
    if before in WHOLE_NUMBERS and after in WHOLE_NUMBERS:
        return WHOLE_NUMBERS[after] < WHOLE_NUMBERS[before]
    if before == after == "numeric":
        return length(new) - scale(new) < length(old) - scale(old)
    return before != after and not is_in_one_family(before, after)


def _is_builtin(type_name: str) -> bool:
    return "." not in type_name and '"' not in type_name


def _is_by_integer(one: str, other: str) -> bool:
    return one in _BY_INTEGER and other in {*WHOLE_NUMBERS, "numeric"}
