"""Enums: labels come, go and move."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import Type, UserType

WEIGHT = 1.0
_LABELS = ("new", "open", "closed", "it's", "Größe", "with space", "a", "1", "done", "x" * 63)


@dataclass(frozen=True, kw_only=True)
class Enum(UserType):
    kind: ClassVar[str] = "enum"
    takes_relation_name: ClassVar[bool] = True

    labels: tuple[str, ...]

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def gives(self, model: Model) -> Refs:
        labels = ((self.key, "label", each) for each in self.labels)
        return frozenset({(self.key,), *labels})

    @override
    def as_type(self) -> Type:
        needs = frozenset({(self.key,)})
        return Type(self.sql, self.key, needs, self.labels, is_user_defined=True)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"CREATE TYPE {self.sql} AS ENUM ({', '.join(map(literal, self.labels))})"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        labels = [*self.labels]
        free = [each for each in _LABELS if each not in labels]
        if free and dice.chance(0.6):
            for label in dice.some(free, 2):
                labels.insert(dice.number(0, len(labels)), label)
        elif len(labels) > 1 and dice.chance(0.6):
            labels.remove(dice.one(labels))
        else:
            labels = dice.shuffled(labels)
        return replace(self, labels=tuple(labels))

    @override
    def said_of(self) -> str | None:
        return f"TYPE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TYPE {self.sql}", ("USAGE",)


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    return Enum(
        key=model.new_key("enum"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        labels=dice.some(_LABELS, 5, least=2),
    )
