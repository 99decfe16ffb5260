"""Exclusion constraints."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Named, Ref, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name

WEIGHT = 0.4
_FORMS = {"int4range": ("gist", "&&"), "inet": ("btree", "="), "int": ("btree", "=")}


@dataclass(frozen=True, kw_only=True)
class Exclusion(Named):
    kind: ClassVar[str] = "exclusion"
    takes_relation_name: ClassVar[bool] = True

    table: str
    table_sql: str
    column: Ref
    marks: str = ""

    @override
    def needs(self) -> Refs:
        plain = (self.table, self.column[1], "plain")
        apart = (self.table, "apart")
        return self.own_needs | {self.column, plain, apart}

    @override
    def statements(self, model: Model) -> Iterator[str]:
        method, operator = _FORMS[self.column[2]]
        head = f"ALTER TABLE {self.table_sql} ADD CONSTRAINT {identifier(self.name)}"
        column = identifier(self.column[1])
        yield f"{head} EXCLUDE USING {method} ({column} WITH {operator}){self.marks}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, marks="" if self.marks else " DEFERRABLE")

    @override
    def said_of(self) -> str | None:
        return f"CONSTRAINT {identifier(self.name)} ON {self.table_sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    table = dice.one_if_any(
        [e for e in model.of(TableThing) if (e.key, "apart") in model.available]
    )
    if table is None:
        return None
    slots = [each for each in table.slots(model) if each.is_plain and each.category in _FORMS]
    slot = dice.one_if_any(slots)
    if slot is None:
        return None
    return Exclusion(
        key=model.new_key("exclusion"),
        namespace=table.namespace,
        schema=table.schema,
        name=fresh_name(dice, model, table.schema),
        table=table.key,
        table_sql=table.sql,
        column=(table.key, slot.name, slot.category),
    )
