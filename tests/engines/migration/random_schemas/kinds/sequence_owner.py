"""A sequence that a column owns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.sequence import FreeSequence
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Ref, Refs, Thing

WEIGHT = 0.5


@dataclass(frozen=True, kw_only=True)
class SequenceOwner(Thing):
    kind: ClassVar[str] = "owned_sequence"

    sequence: str
    column: Ref
    text: str

    @override
    def needs(self) -> Refs:
        return frozenset({(self.sequence,), self.column, (self.column[0], "logged")})

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield self.text


def made(dice: Dice, model: Model) -> Thing | None:
    owned = {each.sequence for each in model.of(SequenceOwner)}
    sequence = dice.one_if_any([e for e in model.of(FreeSequence) if e.key not in owned])
    if sequence is None:
        return None
    tables = [each for each in model.of(TableThing) if each.namespace == sequence.namespace]
    table = dice.one_if_any([each for each in tables if not each.is_unlogged])
    if table is None or not table.columns:
        return None
    column = dice.one(table.columns).name
    owner = f"{table.sql}.{identifier(column)}"
    return SequenceOwner(
        key=model.new_key("owned_sequence"),
        sequence=sequence.key,
        column=(table.key, column),
        text=f"ALTER SEQUENCE {sequence.sql} OWNED BY {owner}",
    )
