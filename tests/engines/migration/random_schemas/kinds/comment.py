"""Comments on everything."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Ref, Refs, Relation, Thing

WEIGHT = 2.5
_TEXTS = ("a note", "it's said", "back\\slash", "two\nlines", "ünï", "$$ -- ;", "other")


@dataclass(frozen=True, kw_only=True)
class Comment(Thing):
    kind: ClassVar[str] = "comment"
    is_remark: ClassVar[bool] = True

    on: Ref
    text: str

    @override
    def needs(self) -> Refs:
        return frozenset({self.on})

    @override
    def fits(self, model: Model) -> bool:
        return _called(model, self.on) is not None

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"COMMENT ON {_called(model, self.on)} IS {literal(self.text)}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, text=dice.one(_TEXTS))


def _called(model: Model, on: Ref) -> str | None:
    thing = model.things.get(on[0])
    if thing is None or len(on) == 1:
        return None if thing is None else thing.said_of()
    if isinstance(thing, Relation):
        return f"COLUMN {thing.sql}.{identifier(on[1])}"
    return None


def _free(model: Model) -> list[Ref]:
    taken = {each.on for each in model.of(Comment)}
    things = [(each.key,) for each in model.things.values() if each.said_of()]
    columns = [(each.key, slot.name) for each in model.of(TableThing) for slot in each.slots(model)]
    return [each for each in (*things, *columns) if each not in taken]


def made(dice: Dice, model: Model) -> Thing | None:
    on = dice.one_if_any(_free(model))
    if on is None:
        return None
    return Comment(key=model.new_key("comment"), on=on, text=dice.one(_TEXTS))
