"""From rows to facts: each field's type says how its column becomes its value."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from server.engines.catalog.fact import Coded, Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.reader import Row

Resolve = Callable[[str, int, int], Identity | None]
"""Names an object by its table of pg_catalog, its number, and the number of a part or 0."""

Value = Any
"""What a column of a row holds; each field's type says what that is."""

_Convert = Callable[[Value, Row, Resolve], Value]
_SYSTEM_COLUMNS = {-1: "ctid", -2: "xmin", -3: "cmin", -4: "xmax", -5: "cmax", -6: "tableoid"}


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a field whose column holds numbers of objects in one table of pg_catalog."""

    catalog: str


@dataclass(frozen=True, slots=True)
class ColumnNumbers:
    """Marks a field whose column holds column numbers of the relation in another column."""

    relation: str


class ColumnAddress:
    """Marks a field whose column holds the numbers of a relation and of a column of it."""


F = TypeVar("F", bound=Fact)


def fact(cls: type[F], row: Row, identities: tuple[Identity, Identity | None], name: Resolve) -> F:
    """Make the fact of a row, given the identities of its object and of the object's parent."""
    identity, parent = identities
    values = {
        field: row[field] if convert is None else convert(row[field], row, name)
        for field, convert in _conversions(cls)
    }
    return cls(identity=identity, parent=parent, **values)


@cache
def _conversions(cls: type) -> tuple[tuple[str, _Convert | None], ...]:
    hints = get_type_hints(cls, include_extras=True)
    own = (each.name for each in fields(cls) if each.name not in {"identity", "parent"})
    return tuple((name, _conversion(hints[name], ())) for name in own)


def _conversion(hint: object, marks: Sequence[object]) -> _Convert | None:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _conversion(arguments[0], (*marks, *arguments[1:]))
    if origin in {Union, UnionType}:
        inner = _conversion(next(each for each in arguments if each is not type(None)), marks)
        return None if inner is None else _optional(inner)
    if origin in {tuple, frozenset}:
        return _collection(origin, arguments[0], marks)
    return _single(hint, marks)


def _single(hint: object, marks: Sequence[object]) -> _Convert | None:
    if hint is Identity:
        return _reference(marks)
    if isinstance(hint, type) and issubclass(hint, Coded):
        codes = {each.code.encode(): each for each in hint} | {each.code: each for each in hint}
        return lambda value, _row, _name: codes[value]
    return _nested(hint) if isinstance(hint, type) and is_dataclass(hint) else None


def _optional(inner: _Convert) -> _Convert:
    return lambda value, row, name: None if value is None else inner(value, row, name)


def _collection(origin: Callable[..., Value], item: object, marks: Sequence[object]) -> _Convert:
    for mark in marks:
        if isinstance(mark, ColumnNumbers):
            return _column_names(mark)
    inner = _conversion(item, marks)
    if inner is None:
        return lambda value, _row, _name: origin(value or ())

    def convert(value: Value, row: Row, name: Resolve) -> Value:
        items = json.loads(value) if isinstance(value, str) else value or ()
        return origin(inner(each, row, name) for each in items or ())

    return convert


def _nested(cls: type) -> _Convert:
    def convert(value: Value, _row: Row, name: Resolve) -> Value:
        return cls(
            **{
                field: value[field] if each is None else each(value[field], value, name)
                for field, each in _conversions(cls)
            }
        )

    return convert


def _reference(marks: Sequence[object]) -> _Convert:
    catalog = next((mark.catalog for mark in marks if isinstance(mark, Refers)), "pg_class")
    if any(mark is ColumnAddress for mark in marks):
        return lambda value, _row, name: name("pg_class", value[0], value[1])
    return lambda value, _row, name: name(catalog, value, 0)


def _column_names(mark: ColumnNumbers) -> _Convert:
    def convert(value: Value, row: Row, name: Resolve) -> tuple[str, ...]:
        return tuple(_column_name(row[mark.relation], number, name) for number in value or ())

    return convert


def _column_name(relation: int, number: int, name: Resolve) -> str:
    column = name("pg_class", relation, number)
    return _SYSTEM_COLUMNS.get(number, "") if column is None else column.name
