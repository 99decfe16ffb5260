"""Functions of values of a type of the schema's own: what uses them hangs on both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.domain import Domain
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import UserType

WEIGHT = 0.6
_FORMS = {
    "text": ("text", "coalesce($1::text, '-')"),
    "bool": ("boolean", "$1 IS NOT NULL"),
    "int": ("bigint", "length($1::text)"),
}


@dataclass(frozen=True, kw_only=True)
class TypeRoutine(Named):
    kind: ClassVar[str] = "type_routine"

    type: str
    type_sql: str
    returns: str
    is_atomic: bool

    @override
    def needs(self) -> Refs:
        return self.own_needs | {(self.type,)}

    @override
    def gives(self, model: Model) -> Refs:
        call = (self.key, "call", self.type, self.type_sql, self.sql)
        return frozenset(
            {(self.key,), (self.key, "returns", self.returns), (self.key, "immutable"), call}
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        result, value = _FORMS[self.returns]
        head = (
            f"CREATE FUNCTION {self.sql}({self.type_sql}) RETURNS {result} LANGUAGE sql IMMUTABLE"
        )
        if self.is_atomic:
            yield f"{head} RETURN {value}"
        else:
            yield f"{head} AS {literal(f'SELECT {value}')}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.5):
            return replace(self, is_atomic=not self.is_atomic)
        return replace(self, returns=dice.one(sorted(_FORMS)))

    @override
    def said_of(self) -> str | None:
        return f"FUNCTION {self.sql}({self.type_sql})"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"FUNCTION {self.sql}({self.type_sql})", ("EXECUTE",)


def made(dice: Dice, model: Model) -> Thing | None:
    own = dice.one_if_any([e for e in model.of(UserType) if not isinstance(e, Domain)])
    if own is None:
        return None
    home = a_namespace(dice, model)
    return TypeRoutine(
        key=model.new_key("type_routine"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        type=own.key,
        type_sql=own.sql,
        returns=dice.one(sorted(_FORMS)),
        is_atomic=dice.chance(0.5),
    )
