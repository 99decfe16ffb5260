"""Composite types, whose attributes come, go and change."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_column, fresh_name
from tests.engines.migration.random_schemas.value_types import (
    Type,
    UserType,
    another_type,
    any_type,
)

WEIGHT = 0.6


@dataclass(frozen=True, kw_only=True)
class Composite(UserType):
    kind: ClassVar[str] = "composite"
    takes_relation_name: ClassVar[bool] = True

    attributes: tuple[tuple[str, Type], ...]

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def uses(self, model: Model) -> Refs:
        return self.needs().union(*(each.needs for _, each in self.attributes))

    @override
    def kept(self, available: Refs) -> "Composite | None":
        if not self.needs() <= available:
            return None
        left = tuple(each for each in self.attributes if each[1].needs <= available)
        return self if left == self.attributes else replace(self, attributes=left)

    @override
    def as_type(self) -> Type:
        return Type(self.sql, self.key, frozenset({(self.key,)}), (), is_user_defined=True)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        parts = (f"{identifier(name)} {type_.sql}" for name, type_ in self.attributes)
        yield f"CREATE TYPE {self.sql} AS ({', '.join(parts)})"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        first, *others = self.attributes or [None]
        if first is not None and others and dice.chance(0.3):
            return replace(self, attributes=tuple(others))
        if first is not None and dice.chance(0.15):
            changed = (first[0], another_type(dice, model.without(self.key), first[1]))
            return replace(self, attributes=(changed, *others))
        more = _attribute(dice, model, self.key, {name for name, _ in self.attributes})
        return replace(self, attributes=(*self.attributes, more))

    @override
    def said_of(self) -> str | None:
        return f"TYPE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TYPE {self.sql}", ("USAGE",)


def _attribute(dice: Dice, model: Model, key: str, taken: set[str]) -> tuple[str, Type]:
    type_ = any_type(dice, model.without(key))
    return fresh_column(dice, taken), type_


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    key = model.new_key("composite")
    first = _attribute(dice, model, key, set())
    second = _attribute(dice, model, key, {first[0]})
    return Composite(
        key=key,
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        attributes=(first, second),
    )
