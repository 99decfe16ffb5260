"""Many values of one type: what a row hashes to is found by trying."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from server.engines.migration.proof.seed.scalars import is_text, length_limit

_MANY = 3_000
_FIRST_DAY = date(2000, 1, 1)


def series(name: str, modifier: int) -> tuple[str, ...]:
    """Return distinct texts for a type that pg_type calls so, none if they are not known here."""
    if is_text(name):
        limit = length_limit(name, modifier)
        return tuple(text for text in _NUMBERS if limit is None or len(text) <= limit)
    made = _MADE.get(name)
    return tuple(map(made, range(_MANY))) if made else ()


def _day(number: int) -> str:
    return (_FIRST_DAY + timedelta(days=number)).isoformat()


_NUMBERS = tuple(map(str, range(_MANY)))
_MADE: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(("int2", "int4", "int8", "oid", "numeric", "float4", "float8"), str),
    **dict.fromkeys(("date", "timestamp", "timestamptz"), _day),
    "uuid": lambda number: f"00000000-0000-4000-8000-{number:012x}",
    "bytea": lambda number: rf"\x{number:08x}",
    "inet": lambda number: f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
}
