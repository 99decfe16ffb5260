"""From what a person or a model writes to an answer's value: the validators of the answers."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar, cast

from pydantic import BeforeValidator

from server.engines.profiles.quantities import LONGEST_ANSWER, LONGEST_NAME, NAME_FORMS, parse_name

MOST_ITEMS = 20
LARGEST_NUMBER = 1e12  # above every valid answer

_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}
_Choice = TypeVar("_Choice", bound=StrEnum)


def quantity(parse: Callable[[str], object], *, forms: str) -> BeforeValidator:
    """Read text or a number with `parse`; blank is no answer; a parsed value stays."""

    def read(value: object) -> object:
        match value:
            case None:
                return None
            case bool() | list() | tuple() | dict() | bytes():
                raise ValueError(f"valid: {forms}")
            case str() | int() | float():
                text = _short(value, forms)
                return parse(text) if text else None
            case _:
                return value

    return BeforeValidator(read)


def choice(members: type[_Choice]) -> BeforeValidator:
    """Read one member's name, in any case and with blanks or underscores for hyphens."""

    def read(value: object) -> object:
        return None if _is_blank(value) else member(members, value)

    return BeforeValidator(read)


def choices(members: type[_Choice]) -> BeforeValidator:
    """Read a list of members, or one text with commas between them; `none` is an empty list."""

    def read(value: object) -> object:
        if _is_blank(value):
            return None
        is_none = isinstance(value, str) and value.strip().lower() == "none"
        return [] if is_none else [member(members, item) for item in _items(value)]

    return BeforeValidator(read)


def yes_or_no(value: object) -> object:
    """Read yes or no; blank is no answer."""
    if value is None or isinstance(value, bool):
        return value
    text = str(value).strip().lower() if isinstance(value, str) else "?"
    if text and text not in _YES_OR_NO:
        raise ValueError("valid: yes, no")
    return _YES_OR_NO.get(text)


def name(value: object) -> object:
    """Read the name of a person or team; blank is no answer."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"valid: {NAME_FORMS}")  # ruff: ignore[type-check-without-type-error] pydantic turns only ValueError into a message
    return parse_name(value) or None


def names(value: object) -> object:
    """Read a list of names, or one text with commas between them; a name counts once."""
    if _is_blank(value):
        return None
    parsed = {str(each).casefold(): each for each in map(name, _items(value)) if each}
    return list(parsed.values())


def member(members: type[_Choice], value: object) -> _Choice:
    """Return the member that `value` names.

    Raises:
        ValueError: naming the valid ones.
    """
    if isinstance(value, str):
        key = value.strip().lower().replace("_", "-").replace(" ", "-")
        for each in members:
            if each.value == key:
                return each
    raise ValueError(f"valid: {', '.join(members)}")


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _short(value: str | float, forms: str) -> str:
    text = value.strip() if isinstance(value, str) else _digits(value)
    if len(text) > LONGEST_ANSWER:
        raise ValueError(f"valid: {forms}")
    return text


def _digits(value: float) -> str:
    # Python refuses to print integers of more than 4,300 digits.
    return str(value) if abs(value) <= LARGEST_NUMBER else "out of range"


def _items(value: object) -> list[object]:
    match value:
        case str() if len(value) <= MOST_ITEMS * LONGEST_NAME:
            items: list[object] = [part for part in value.split(",") if part.strip()]
        case list() | tuple() | set() | frozenset():
            items = list(cast("Iterable[object]", value))
        case _:
            raise ValueError(f"valid: a list of up to {MOST_ITEMS}, or text with commas")
    if len(items) > MOST_ITEMS:
        raise ValueError(f"valid: up to {MOST_ITEMS} entries")
    return items
