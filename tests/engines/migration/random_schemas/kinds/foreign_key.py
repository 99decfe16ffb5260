"""Foreign keys: to other tables, to their own, in circles."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, identifiers
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.key import Key, family
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Refs, Thing

WEIGHT = 2.5
_ACTIONS = (
    "",
    " ON DELETE CASCADE",
    " ON DELETE SET NULL",
    " ON UPDATE CASCADE ON DELETE RESTRICT",
    " MATCH FULL",
    " ON DELETE SET DEFAULT",
)
_OF_ONE_COLUMN = " ON DELETE SET NULL ({0})"
_OF_ONE_COLUMN_SINCE = 15
_NOT_ENFORCED_SINCE = 18


@dataclass(frozen=True, kw_only=True)
class ForeignKey(Thing):
    kind: ClassVar[str] = "foreign_key"

    table: str
    table_sql: str
    name: str
    columns: tuple[tuple[str, str], ...]
    key_of: str
    target: str
    target_sql: str
    target_columns: tuple[tuple[str, str], ...]
    action: str = ""
    marks: str = ""

    @override
    def needs(self) -> Refs:
        own = {(self.table, *each) for each in self.columns}
        plain = {(self.table, name, "plain") for name, _ in self.columns}
        theirs = {(self.target, *each) for each in self.target_columns}
        both = {(self.table, "logged"), (self.target, "logged")}
        return frozenset({(self.key_of, "referable"), *own, *plain, *theirs, *both})

    @override
    def fits(self, model: Model) -> bool:
        key = model.get(self.key_of, Key)
        table, target = model.get(self.table, TableThing), model.get(self.target, TableThing)
        return (
            key is not None
            and [name for name, _ in key.columns] == [name for name, _ in self.target_columns]
            and not self._is_second(model)
            # PostgreSQL trips over a key into a partition of the table itself.
            and self.target not in family(model, self.table) - {self.table}
            and not (table and table.partition_by and self.marks)
            and not (target and target.partition_by and self.marks)
        )

    def _is_second(self, model: Model) -> bool:
        """Whether a partition would have two such keys, which PostgreSQL takes for one."""
        around = family(model, self.table)
        return any(
            each.key < self.key and each.table in around and each.columns == self.columns
            for each in model.of(ForeignKey)
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        head = f"ALTER TABLE {self.table_sql} ADD CONSTRAINT {identifier(self.name)}"
        columns = identifiers(name for name, _ in self.columns)
        theirs = identifiers(name for name, _ in self.target_columns)
        where = f"REFERENCES {self.target_sql} ({theirs})"
        action = self.action.format(identifier(self.columns[0][0]))
        yield f"{head} FOREIGN KEY ({columns}) {where}{action}{self.marks}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        if dice.chance(0.5):
            return replace(self, marks=_marks(dice, model))
        return replace(self, action=_action(dice, model))

    @override
    def said_of(self) -> str | None:
        return f"CONSTRAINT {identifier(self.name)} ON {self.table_sql}"


def _marks(dice: Dice, model: Model) -> str:
    forms = ["", " NOT VALID", " DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"]
    if model.major >= _NOT_ENFORCED_SINCE:
        forms.append(" NOT ENFORCED")
    return dice.one(forms)


def _action(dice: Dice, model: Model) -> str:
    forms = [*_ACTIONS]
    if model.major >= _OF_ONE_COLUMN_SINCE:
        forms.append(_OF_ONE_COLUMN)
    return dice.one(forms)


def made(dice: Dice, model: Model) -> Thing | None:
    key = dice.one_if_any([each for each in model.of(Key) if not each.deferral])
    table = dice.one_if_any([each for each in model.of(TableThing) if not each.is_unlogged])
    if key is None or table is None:
        return None
    columns = _fitting(dice, model, table, key)
    if columns is None:
        return None
    name = model.new_key("foreign_key")
    return ForeignKey(
        key=name,
        table=table.key,
        table_sql=table.sql,
        name=f"{dice.one(('belongs to', 'FK', 'fk'))} {name}",
        columns=columns,
        key_of=key.key,
        target=key.table,
        target_sql=key.table_sql,
        target_columns=key.columns,
        action=_action(dice, model),
        marks=_marks(dice, model) if dice.chance(0.2) else "",
    )


def _fitting(
    dice: Dice, model: Model, table: TableThing, key: Key
) -> tuple[tuple[str, str], ...] | None:
    found: dict[str, str] = {}
    for _, category in key.columns:
        if category.endswith("[]"):
            return None  # Arrays of two types do not compare.
        slots = [
            each
            for each in table.slots(model)
            if each.is_plain and each.category == category and each.name not in found
        ]
        slot = dice.one_if_any(slots)
        if slot is None:
            return None
        found[slot.name] = category
    return tuple(found.items())
