"""Aggregates over a built-in state function."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name

WEIGHT = 0.3
_STATES = {"integer": "int4larger", "bigint": "int8larger", "text": "text_larger"}


@dataclass(frozen=True, kw_only=True)
class Aggregate(Named):
    kind: ClassVar[str] = "aggregate"

    type: str
    start: str | None = None
    parallel: str = "UNSAFE"

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def statements(self, model: Model) -> Iterator[str]:
        start = "" if self.start is None else f", INITCOND = '{self.start}'"
        text = f"SFUNC = {_STATES[self.type]}, STYPE = {self.type}, PARALLEL = {self.parallel}"
        yield f"CREATE AGGREGATE {self.sql}({self.type}) ({text}{start})"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.5):
            return replace(self, parallel=dice.one(("SAFE", "RESTRICTED")))
        return replace(self, start=None if self.start else "1")

    @override
    def said_of(self) -> str | None:
        return f"AGGREGATE {self.sql}({self.type})"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"FUNCTION {self.sql}({self.type})", ("EXECUTE",)


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    return Aggregate(
        key=model.new_key("aggregate"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        type=dice.one(sorted(_STATES)),
    )
