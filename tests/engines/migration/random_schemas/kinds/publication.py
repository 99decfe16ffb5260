"""Publications of tables, with columns and filters."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, identifiers
from tests.engines.migration.random_schemas.columns import only_while_builtin, only_while_plain
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, condition
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import NOTHING, Model, Refs, Thing

WEIGHT = 0.4
_SINCE = 15  # for columns and filters
_PREDEFINED = frozenset({"int", "bool", "num"})


@dataclass(frozen=True, slots=True)
class Member:
    table: str
    table_sql: str
    columns: tuple[str, ...] = ()
    filter: Expression | None = None

    @property
    def needs(self) -> Refs:
        columns = {(self.table, name, "plain") for name in self.columns}
        own = NOTHING if self.filter is None else self.filter.needs
        apart = {(self.table, "ordinary")} if self.columns or self.filter else NOTHING
        return frozenset({(self.table, "logged"), *columns, *own, *apart})

    @property
    def sql(self) -> str:
        columns = f" ({identifiers(self.columns)})" if self.columns else ""
        where = f" WHERE ({self.filter.sql})" if self.filter else ""
        return f"TABLE ONLY {self.table_sql}{columns}{where}"


@dataclass(frozen=True, kw_only=True)
class Publication(Thing):
    kind: ClassVar[str] = "publication"

    name: str
    members: tuple[Member, ...]
    publish: str = "insert, update, delete"
    via_root: bool = False

    @override
    def kept(self, available: Refs) -> "Publication | None":
        left = tuple(each for each in self.members if each.needs <= available)
        return self if left == self.members else replace(self, members=left)

    @override
    def needs(self) -> Refs:
        return frozenset(ref for each in self.members for ref in each.needs)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        members = ", ".join(each.sql for each in self.members)
        tables = f" FOR {members}" if members else ""
        root = f", publish_via_partition_root = {str(self.via_root).lower()}"
        yield (
            f"CREATE PUBLICATION {identifier(self.name)}{tables} "
            f"WITH (publish = '{self.publish}'{root})"
        )

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        match dice.number(0, 3):
            case 0:
                return replace(self, publish=dice.one(("insert", "insert, update, truncate")))
            case 1:
                return replace(self, via_root=not self.via_root)
            case 2 if self.members:
                return replace(self, members=self.members[1:])
            case _:
                there = {each.table for each in self.members}
                more = tuple(_members(dice, model, there))
                return replace(self, members=(*self.members, *more))

    @override
    def said_of(self) -> str | None:
        return f"PUBLICATION {identifier(self.name)}"


def _members(dice: Dice, model: Model, taken: set[str]) -> Iterator[Member]:
    usable = [e for e in model.of(TableThing) if not e.is_unlogged and e.key not in taken]
    for table in dice.some(usable, 2):
        member = Member(table.key, table.sql)
        slots = only_while_plain(table.slots(model))
        is_apart = (table.key, "ordinary") in model.available
        if model.major >= _SINCE and slots and is_apart and dice.chance(0.3):
            columns = tuple(each.name for each in dice.some(slots, 3))
            member = replace(member, columns=columns)
        plain = [e for e in only_while_builtin(slots) if e.category in _PREDEFINED]
        if model.major >= _SINCE and plain and is_apart and dice.chance(0.3):
            member = replace(member, filter=condition(dice, model, plain, own=False))
        yield member


def made(dice: Dice, model: Model) -> Thing | None:
    key = model.new_key("publication")
    name = f"{dice.one(('pub', 'All Of It'))} {key}"
    return Publication(key=key, name=name, members=tuple(_members(dice, model, set())))
