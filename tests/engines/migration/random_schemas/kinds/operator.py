"""Prefix operators over functions of the schema's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.routine import Routine
from tests.engines.migration.random_schemas.model import Model, Ref, Refs, Thing

WEIGHT = 0.3
_NAMES = ("@@@", "!~!", "#%", "<#>")


@dataclass(frozen=True, kw_only=True)
class Operator(Thing):
    kind: ClassVar[str] = "operator"

    name: str
    schema: str
    type: str
    routine: Ref
    routine_sql: str

    @override
    def needs(self) -> Refs:
        return frozenset({self.routine})

    @override
    def fits(self, model: Model) -> bool:
        own = (self.schema, self.name, self.type)
        return not any(
            each.key < self.key and (each.schema, each.name, each.type) == own
            for each in model.of(Operator)
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        head = f"CREATE OPERATOR {identifier(self.schema)}.{self.name}"
        yield f"{head} (FUNCTION = {self.routine_sql}, RIGHTARG = {self.type})"

    @override
    def said_of(self) -> str | None:
        return f"OPERATOR {identifier(self.schema)}.{self.name} (NONE, {self.type})"


def made(dice: Dice, model: Model) -> Thing | None:
    routine = dice.one_if_any([each for each in model.of(Routine) if not each.more])
    if routine is None:
        return None
    return Operator(
        key=model.new_key("operator"),
        name=dice.one(_NAMES),
        schema=routine.schema,
        type=routine.argument[1],
        routine=(routine.key, "alone", routine.argument[1]),
        routine_sql=routine.sql,
    )
