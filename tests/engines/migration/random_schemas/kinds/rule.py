"""Rewrite rules on tables and views."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.kinds.view import View
from tests.engines.migration.random_schemas.model import NOTHING, Model, Refs, Thing

WEIGHT = 0.4


@dataclass(frozen=True, kw_only=True)
class RewriteRule(Thing):
    kind: ClassVar[str] = "rule"

    name: str
    relation: str
    relation_sql: str
    event: str
    where: Expression | None

    @override
    def needs(self) -> Refs:
        return frozenset({(self.relation,)}) | (self.where.needs if self.where else NOTHING)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        where = f" WHERE {self.where.sql}" if self.where else ""
        head = f"CREATE RULE {identifier(self.name)} AS ON {self.event} TO {self.relation_sql}"
        yield f"{head}{where} DO INSTEAD NOTHING"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        return replace(self, event=dice.one(("UPDATE", "DELETE")))

    @override
    def said_of(self) -> str | None:
        return f"RULE {identifier(self.name)} ON {self.relation_sql}"


def made(dice: Dice, model: Model) -> Thing | None:
    relations = (*model.of(TableThing), *(e for e in model.of(View) if e.kind == "view"))
    relation = dice.one_if_any(relations)
    if relation is None or not (slots := relation.slots(model)):
        return None
    key = model.new_key("rule")
    old = [replace(each, sql=f"old.{each.sql}") for each in slots]
    return RewriteRule(
        key=key,
        name=f"{dice.one(('keep', 'No Way'))} {key}",
        relation=relation.key,
        relation_sql=relation.sql,
        event=dice.one(("UPDATE", "DELETE")),
        where=condition(dice, model, old) if dice.chance(0.5) else None,
    )
