"""Range types over what has an order."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import qualified
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.enum_type import Enum
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import Type, UserType, builtin

WEIGHT = 0.4
_BASES = ("int", "num", "text", "date", "timestamptz")


@dataclass(frozen=True, kw_only=True)
class Range(UserType):
    kind: ClassVar[str] = "range"
    takes_relation_name: ClassVar[bool] = True

    base: Type

    @override
    def needs(self) -> Refs:
        return self.own_needs | self.base.needs

    @override
    def as_type(self) -> Type:
        needs = frozenset({(self.key,)})
        return Type(self.sql, self.key, needs, ("empty", "(,)"), is_user_defined=True)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        many = qualified(self.schema, f"{self.key} many")
        yield (
            f"CREATE TYPE {self.sql} AS RANGE "
            f"(SUBTYPE = {self.base.sql}, MULTIRANGE_TYPE_NAME = {many})"
        )

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, base=_base(dice, model))

    @override
    def said_of(self) -> str | None:
        return f"TYPE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TYPE {self.sql}", ("USAGE",)


def _base(dice: Dice, model: Model) -> Type:
    enum = dice.one_if_any(model.of(Enum))
    if enum is not None and dice.chance(0.3):
        return enum.as_type()
    return builtin(dice, _BASES)


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    return Range(
        key=model.new_key("range"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        base=_base(dice, model),
    )
