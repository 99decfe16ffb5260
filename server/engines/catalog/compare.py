"""How a field of a fact compares, declared beside the field and read from there."""

import dataclasses
from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from server.engines.catalog.expression import normalized
from server.engines.catalog.identity import Identity


class Rule(StrEnum):
    """When two values of a field are the same; a field without a rule compares exactly."""

    EXACT = "exact"
    AS_SET = "as a set"
    SECOND_DEPARSE = "after a second deparse"
    RELATIVE_ORDER = "by the order of what both sides have"
    IGNORED = "never"


Expression = Annotated[str, Rule.SECOND_DEPARSE]
"""SQL that PostgreSQL printed; equal when PostgreSQL would print both alike after reading them."""

Canonical = Callable[[Any], object]


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field, its rule, and the form in which its values compare."""

    name: str
    rule: Rule
    canonical: Canonical


@cache
def compared_fields(cls: type) -> tuple[Field, ...]:
    """Return the fields of a dataclass that its rules compare, in their order."""
    hints = get_type_hints(cls, include_extras=True)
    fields = (_field(each.name, hints[each.name]) for each in dataclasses.fields(cls))
    return tuple(each for each in fields if each.rule is not Rule.IGNORED)


def in_same_order(old: Iterable[object], new: Iterable[object]) -> bool:
    """Tell whether what both have stands in the same order; what one lacks does not count."""
    old, new = tuple(old), tuple(new)
    both = {*old} & {*new}
    return [each for each in old if each in both] == [each for each in new if each in both]


def _field(name: str, hint: object) -> Field:
    rule = _rule(hint)
    return Field(name, rule, _canonical(rule))


def _rule(hint: object) -> Rule:
    """Find the rule of a type: its own, or that of a member of a union or collection."""
    if get_origin(hint) is Annotated:
        declared = [each for each in get_args(hint)[1:] if isinstance(each, Rule)]
        return declared[0] if declared else _rule(get_args(hint)[0])
    inner = {_rule(each) for each in get_args(hint)} - {Rule.EXACT}
    return inner.pop() if inner else Rule.EXACT


def _canonical(rule: Rule) -> Canonical:
    match rule:
        case Rule.SECOND_DEPARSE:
            return _deparsed
        case Rule.AS_SET:
            return _as_set
        case _:
            return _plain


def _deparsed(value: object) -> object:
    match value:
        case str():
            return normalized(value)
        case tuple():
            return tuple(_deparsed(each) for each in cast("tuple[object, ...]", value))
        case _:
            return _plain(value)


def _as_set(value: object) -> object:
    items = cast("Collection[object]", value)
    return tuple(sorted(map(_plain, items), key=repr)) if items else ()


def _plain(value: object) -> object:
    """Bring a value to strings, numbers and tuples, which print alike in every process."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Identity):
        return value.order
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in cast("tuple[object, ...]", value))
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = compared_fields(type(value))
        return tuple(each.canonical(getattr(value, each.name)) for each in fields)
    return value
