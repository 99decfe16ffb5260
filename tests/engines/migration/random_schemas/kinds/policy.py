"""Row security policies."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition, needed
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Refs, Relation, Thing
from tests.engines.migration.random_schemas.roles import some_roles

WEIGHT = 1.0
_COMMANDS = ("ALL", "SELECT", "UPDATE", "DELETE", "INSERT")


@dataclass(frozen=True, kw_only=True)
class Policy(Thing):
    kind: ClassVar[str] = "policy"

    name: str
    table: str
    table_sql: str
    command: str
    roles: str
    mode: str
    using: Expression
    check: Expression | None = None

    @override
    def needs(self) -> Refs:
        return frozenset({(self.table,)}) | needed((self.using, self.check))

    @override
    def statements(self, model: Model) -> Iterator[str]:
        head = f"CREATE POLICY {identifier(self.name)} ON {self.table_sql} AS {self.mode}"
        yield f"{head} FOR {self.command} TO {self.roles}{''.join(self._conditions())}"

    def _conditions(self) -> Iterator[str]:
        if self.command != "INSERT":
            yield f" USING ({self.using.sql})"
        check = self.using if self.command == "INSERT" else self.check
        if check is not None and self.command not in {"SELECT", "DELETE"}:
            yield f" WITH CHECK ({check.sql})"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        match dice.number(0, 3):
            case 0:
                return replace(self, command=dice.one(_COMMANDS))
            case 1:
                return replace(self, roles=some_roles(dice))
            case 2:
                return replace(self, check=None if self.check else self.using)
            case _:
                using = _condition(dice, model, self.table)
                return None if using is None else replace(self, using=using)

    @override
    def said_of(self) -> str | None:
        return f"POLICY {identifier(self.name)} ON {self.table_sql}"


def _condition(dice: Dice, model: Model, key: str) -> Expression | None:
    table = model.get(key, TableThing)
    slots = () if table is None else table.slots(model)
    if not slots:
        return None
    own = condition(dice, model, slots)
    others = [each for each in model.of(Relation) if each.key != key and each.slots(model)]
    other = dice.one_if_any(others)
    if other is None or dice.chance(0.7):
        return own
    inner = [replace(each, sql=f"o.{each.sql}") for each in other.slots(model)]
    where = condition(dice, model, inner)
    text = f"({own.sql}) OR EXISTS (SELECT FROM {other.sql} o WHERE {where.sql})"
    return Expression(text, needs=own.needs | where.needs | {(other.key,)})


def made(dice: Dice, model: Model) -> Thing | None:
    table = dice.one_if_any(model.of(TableThing))
    using = None if table is None else _condition(dice, model, table.key)
    if table is None or using is None:
        return None
    key = model.new_key("policy")
    return Policy(
        key=key,
        name=f"{dice.one(('own rows', 'tenant', 'P'))} {key}",
        table=table.key,
        table_sql=table.sql,
        command=dice.one(_COMMANDS),
        roles=some_roles(dice),
        mode=dice.one(("PERMISSIVE", "RESTRICTIVE")),
        using=using,
        check=using if dice.chance(0.3) else None,
    )
