"""What values lose without a word when a column gets another type."""

import re
from collections.abc import Iterator

from server.engines.catalog.kinds.column import Column

WHOLE_NUMBERS = {"smallint": 2, "integer": 4, "bigint": 8}
FLOATS = frozenset({"real", "double precision"})
TIMESTAMPS = frozenset({"timestamp without time zone", "timestamp with time zone"})
TEXTS = frozenset({"text", "character varying", "character", "name"})
BITS = frozenset({"bit", "bit varying"})
_TIMES = frozenset({"time without time zone", "time with time zone"})
_ZONED = frozenset({"timestamp with time zone", "time with time zone"})
_CLOCKS = TIMESTAMPS | _TIMES | {"interval"}
_EXACT_DIGITS = {"real": 6, "double precision": 15}
_MOST_DIGITS = {"smallint": 5, "integer": 10, "bigint": 19}
_MODIFIER = re.compile(r"\((\d+)(?:,(-?\d+))?\)")
_FULL_PRECISION = 6  # digits of a second that are kept without a modifier


def base(column: Column) -> str:
    """Return the type without its modifier; that of the elements of an array."""
    return column.type_name.replace("[]", "")


def unmodified(type_: str) -> str:
    """Return the text of a type without its modifier; that of the elements of an array."""
    return _MODIFIER.sub("", type_).replace("[]", "")


def length(column: Column) -> float:
    """Return the first number of the modifier: a length, or how many digits in all."""
    found = _MODIFIER.search(column.type)
    return float(found[1]) if found else float("inf")


def scale(column: Column) -> float:
    """Return how many digits stand behind the point."""
    found = _MODIFIER.search(column.type)
    return float("inf") if found is None else float(found[2] or 0)


def digits(column: Column) -> int:
    """Return how many digits of a second are kept."""
    found = _MODIFIER.search(column.type)
    return int(found[1]) if found else _FULL_PRECISION


def lost(old: Column, new: Column) -> Iterator[str]:
    """Yield, in words that follow `values of x`, what is gone although nothing fails."""
    yield from _lost_digits(old, new)
    yield from _lost_times(old, new)
    yield from _lost_texts(old, new)
    before, after = base(old), base(new)
    if before == "json" and after == "jsonb":
        yield "lose the order of their keys and all but the last of equal keys"
    if before == "inet" and after == "cidr":
        yield "lose the bits right of the netmask"
    if after in BITS and (before in WHOLE_NUMBERS or before in TEXTS):
        yield f"lose the bits that {new.type} has no room for"


def _lost_digits(old: Column, new: Column) -> Iterator[str]:
    before, after = base(old), base(new)
    if before in FLOATS | {"numeric"} and after in WHOLE_NUMBERS:
        yield "are rounded to whole numbers"
    if after == "numeric" and before in FLOATS | {"numeric"} and scale(new) < scale(old):
        yield f"are rounded to {scale(new):.0f} decimal places"
    if after in FLOATS and _digits_of(old) > _EXACT_DIGITS[after]:
        yield f"keep only {_EXACT_DIGITS[after]} digits"


def _digits_of(column: Column) -> float:
    before = base(column)
    if before == "numeric":
        return length(column)
    return _MOST_DIGITS.get(before, _EXACT_DIGITS.get(before, 0))


def _lost_times(old: Column, new: Column) -> Iterator[str]:
    before, after = base(old), base(new)
    if before in TIMESTAMPS and after == "date":
        yield "lose their time of day"
    if before in TIMESTAMPS and after in _TIMES:
        yield "lose their date"
    if before in _ZONED and after in _TIMES - _ZONED:
        yield "lose their time zone"
    if after in _CLOCKS and digits(new) < (digits(old) if before in _CLOCKS else _FULL_PRECISION):
        yield "lose digits of their seconds"


def _lost_texts(old: Column, new: Column) -> Iterator[str]:
    before, after = base(old), base(new)
    if after == "character" and before in TEXTS - {"character"}:
        yield "lose their trailing blanks"
    if after == "name" and before != "name":
        yield "are cut after 63 bytes"
    if before in TEXTS and after == "jsonb":
        yield "lose their blanks, the order of their keys and all but the last of equal keys"
    if before in TEXTS and new.type.endswith("[]") and not old.type.endswith("[]"):
        yield "are read as arrays, and lose blanks and quotes between the elements"


def depends_on_time_zone(old: Column, new: Column) -> bool:
    """Whether the session's TimeZone decides what a value becomes."""
    kinds = (base(old) in _ZONED, base(new) in _ZONED)
    return any(kinds) and base(old) != base(new)
