"""Collations of the schema's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name

WEIGHT = 0.2
_LOCALES = ("C", "POSIX")


@dataclass(frozen=True, kw_only=True)
class Collation(Named):
    kind: ClassVar[str] = "collation"

    locale: str

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"CREATE COLLATION {self.sql} (LOCALE = '{self.locale}')"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, locale=dice.one(_LOCALES))

    @override
    def said_of(self) -> str | None:
        return f"COLLATION {self.sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    return Collation(
        key=model.new_key("collation"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        locale=dice.one(_LOCALES),
    )
