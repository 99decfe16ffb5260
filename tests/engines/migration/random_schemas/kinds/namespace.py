"""Schemas."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.model import Model, Thing

WEIGHT = 0.3
_NAMES = ("app", "Sales", "audit log", "public", "select", "größe", "z" * 63, 'q"q')


@dataclass(frozen=True, kw_only=True)
class Namespace(Thing):
    kind: ClassVar[str] = "namespace"
    stage: ClassVar[int] = 0

    name: str

    @override
    def statements(self, model: Model) -> Iterator[str]:
        if self.name != "public":
            yield f"CREATE SCHEMA {identifier(self.name)}"

    @override
    def said_of(self) -> str | None:
        return None if self.name == "public" else f"SCHEMA {identifier(self.name)}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        if self.name == "public":
            return None  # It has an owner of PostgreSQL's own.
        return f"SCHEMA {identifier(self.name)}", ("USAGE", "CREATE")


def made(dice: Dice, model: Model) -> Thing | None:
    taken = {each.name for each in model.of(Namespace)}
    free = [each for each in _NAMES if each not in taken]
    return Namespace(key=model.new_key("namespace"), name=dice.one(free)) if free else None


def a_namespace(dice: Dice, model: Model) -> Namespace:
    return dice.one(model.of(Namespace))
