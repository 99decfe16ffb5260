"""Text-search dictionaries, and configurations that use them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import NOTHING, Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name

WEIGHT = 0.3
_TOKENS = ("asciiword", "word", "numword", "email", "int")


@dataclass(frozen=True, kw_only=True)
class Dictionary(Named):
    kind: ClassVar[str] = "dictionary"

    accepts: bool = True

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def statements(self, model: Model) -> Iterator[str]:
        accepts = str(self.accepts).lower()
        yield (
            f"CREATE TEXT SEARCH DICTIONARY {self.sql} "
            f"(TEMPLATE = pg_catalog.simple, ACCEPT = {accepts})"
        )

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, accepts=not self.accepts)

    @override
    def said_of(self) -> str | None:
        return f"TEXT SEARCH DICTIONARY {self.sql}"


@dataclass(frozen=True, kw_only=True)
class Configuration(Named):
    kind: ClassVar[str] = "configuration"

    dictionary: str | None
    tokens: tuple[str, ...]

    @override
    def needs(self) -> Refs:
        return self.own_needs | (NOTHING if self.dictionary is None else {(self.dictionary,)})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"CREATE TEXT SEARCH CONFIGURATION {self.sql} (PARSER = pg_catalog.default)"
        own = None if self.dictionary is None else model.get(self.dictionary, Dictionary)
        names = "pg_catalog.simple" if own is None else f"{own.sql}, pg_catalog.simple"
        tokens = ", ".join(self.tokens)
        yield f"ALTER TEXT SEARCH CONFIGURATION {self.sql} ADD MAPPING FOR {tokens} WITH {names}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.4):
            return replace(self, dictionary=None)
        return replace(self, tokens=dice.some(_TOKENS, 3))

    @override
    def said_of(self) -> str | None:
        return f"TEXT SEARCH CONFIGURATION {self.sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    name, key = fresh_name(dice, model, home.name), model.new_key("text_search")
    if dice.chance(0.5):
        return Dictionary(key=key, namespace=home.key, schema=home.name, name=name)
    own = dice.one_if_any(model.of(Dictionary))
    return Configuration(
        key=key,
        namespace=home.key,
        schema=home.name,
        name=name,
        dictionary=None if own is None else own.key,
        tokens=dice.some(_TOKENS, 3),
    )
