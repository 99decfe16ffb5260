"""Casts from types of the schema's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.domain import Domain
from tests.engines.migration.random_schemas.model import Model, Refs, Thing
from tests.engines.migration.random_schemas.value_types import UserType

WEIGHT = 0.2
_TARGETS = ("integer", "jsonb", "uuid")
_CONTEXTS = ("", " AS ASSIGNMENT")


@dataclass(frozen=True, kw_only=True)
class Cast(Thing):
    kind: ClassVar[str] = "cast"

    source: str
    source_sql: str
    target: str
    context: str

    @override
    def needs(self) -> Refs:
        return frozenset({(self.source,)})

    @property
    def signature(self) -> str:
        return f"CAST ({self.source_sql} AS {self.target})"

    @override
    def fits(self, model: Model) -> bool:
        return not any(
            each.key < self.key and each.signature == self.signature for each in model.of(Cast)
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"CREATE {self.signature} WITH INOUT{self.context}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.5):
            return replace(self, target=dice.one(_TARGETS))
        return replace(self, context=dice.one(_CONTEXTS))

    @override
    def said_of(self) -> str | None:
        return self.signature


def made(dice: Dice, model: Model) -> Thing | None:
    source = dice.one_if_any([e for e in model.of(UserType) if not isinstance(e, Domain)])
    if source is None:
        return None
    return Cast(
        key=model.new_key("cast"),
        source=source.key,
        source_sql=source.sql,
        target=dice.one(_TARGETS),
        context=dice.one(_CONTEXTS),
    )
