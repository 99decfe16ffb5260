"""Sequences, free ones and such as a column owns."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name

WEIGHT = 0.8
_TYPES = ("bigint", "integer", "smallint")


@dataclass(frozen=True, kw_only=True)
class FreeSequence(Named):
    kind: ClassVar[str] = "sequence"
    takes_relation_name: ClassVar[bool] = True

    type: str
    increment: int = 1
    start: int = 1
    maximum: int | None = None
    cache: int = 1
    is_cycling: bool = False

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def statements(self, model: Model) -> Iterator[str]:
        most = "" if self.maximum is None else f" MAXVALUE {self.maximum}"
        cycle = " CYCLE" if self.is_cycling else ""
        yield (
            f"CREATE SEQUENCE {self.sql} AS {self.type} INCREMENT {self.increment} MINVALUE 1"
            f"{most} START {self.start} CACHE {self.cache}{cycle}"
        )

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        match dice.number(0, 4):
            case 0:
                return replace(self, type=dice.one(_TYPES))
            case 1:
                return replace(self, increment=dice.number(1, 10))
            case 2:
                return replace(self, start=dice.number(1, 50))
            case 3:
                return replace(self, maximum=None if self.maximum else 1000, cache=5)
            case _:
                return replace(self, is_cycling=not self.is_cycling)

    @override
    def said_of(self) -> str | None:
        return f"SEQUENCE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"SEQUENCE {self.sql}", ("USAGE", "SELECT", "UPDATE")


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    return FreeSequence(
        key=model.new_key("sequence"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        type=dice.one(_TYPES),
    )
