"""Check constraints."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Refs, Thing

WEIGHT = 1.5
_NOT_ENFORCED_SINCE = 18


@dataclass(frozen=True, kw_only=True)
class Check(Thing):
    kind: ClassVar[str] = "check"

    table: str
    table_sql: str
    name: str
    text: Expression
    marks: str = ""

    @override
    def needs(self) -> Refs:
        return self.text.needs | {(self.table,)}

    @override
    def uses(self, model: Model) -> Refs:
        """Let heirs come first: what is created later counts as validated."""
        return self.needs() | {(each,) for each in _all_below(model, self.table)}

    @override
    def fits(self, model: Model) -> bool:
        table = model.get(self.table, TableThing)
        return table is not None and not (table.partition_by and "NO INHERIT" in self.marks)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        head = f"ALTER TABLE {self.table_sql} ADD CONSTRAINT {identifier(self.name)}"
        yield f"{head} CHECK ({self.text.sql}){self.marks}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.5):
            return replace(self, marks=_marks(dice, model))
        table = model.get(self.table, TableThing)
        if table is None or not (slots := table.slots(model)):
            return None
        return replace(self, text=condition(dice, model, slots))

    @override
    def said_of(self) -> str | None:
        return f"CONSTRAINT {identifier(self.name)} ON {self.table_sql}"


def _all_below(model: Model, key: str) -> set[str]:
    own = {
        each.key
        for each in model.of(TableThing)
        if each.heir_of == key or (each.partition_of or ("",))[0] == key
    }
    return own.union(*(_all_below(model, each) for each in own))


def _marks(dice: Dice, model: Model) -> str:
    forms = ["", " NOT VALID", " NO INHERIT"]
    if model.major >= _NOT_ENFORCED_SINCE:
        forms.append(" NOT ENFORCED")
    return dice.one(forms)


def made(dice: Dice, model: Model) -> Thing | None:
    table = dice.one_if_any(model.of(TableThing))
    if table is None or not (slots := table.slots(model)):
        return None
    key = model.new_key("check")
    return Check(
        key=key,
        table=table.key,
        table_sql=table.sql,
        name=f"{dice.one(('positive', 'Odd Check', 'is valid', 'c'))} {key}",
        text=condition(dice, model, slots),
        marks=_marks(dice, model) if dice.chance(0.2) else "",
    )
