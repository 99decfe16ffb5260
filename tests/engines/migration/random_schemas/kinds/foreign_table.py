"""Foreign tables of a server that nobody reaches."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import Model, Refs, Relation, Slot, Thing
from tests.engines.migration.random_schemas.naming import fresh_column, fresh_name
from tests.engines.migration.random_schemas.value_types import Type, another_type, any_type

WEIGHT = 0.5
SERVER = "random_server"
PRELUDE = (
    "CREATE FOREIGN DATA WRAPPER random_wrapper",
    f"CREATE SERVER {SERVER} FOREIGN DATA WRAPPER random_wrapper",
)


@dataclass(frozen=True, kw_only=True)
class ForeignTable(Relation):
    kind: ClassVar[str] = "foreign_table"

    columns: tuple[tuple[str, Type], ...]
    options: tuple[tuple[str, str], ...] = ()

    @override
    def needs(self) -> Refs:
        return self.own_needs

    @override
    def uses(self, model: Model) -> Refs:
        return self.needs().union(*(each.needs for _, each in self.columns))

    @override
    def kept(self, available: Refs) -> "ForeignTable | None":
        if not self.needs() <= available:
            return None
        left = tuple(each for each in self.columns if each[1].needs <= available)
        return self if left == self.columns else replace(self, columns=left)

    @override
    def slots(self, model: Model) -> tuple[Slot, ...]:
        return tuple(
            Slot(
                sql=identifier(name),
                category=each.category,
                type=each.sql,
                needs=frozenset({(self.key, name), (self.key, name, each.category)}),
                name=name,
            )
            for name, each in self.columns
        )

    @override
    def is_readable(self, model: Model) -> bool:
        return False

    @override
    def statements(self, model: Model) -> Iterator[str]:
        columns = ", ".join(f"{identifier(name)} {each.sql}" for name, each in self.columns)
        pairs = ", ".join(f"{name} '{value}'" for name, value in self.options)
        options = f" OPTIONS ({pairs})" if pairs else ""
        yield f"CREATE FOREIGN TABLE {self.sql} ({columns}) SERVER {SERVER}{options}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        match dice.number(0, 3):
            case 0:
                options = () if self.options else (("remote", str(dice.number(1, 9))),)
                return replace(self, options=options)
            case 1 if len(self.columns) > 1:
                return replace(self, columns=self.columns[1:])
            case 2 if self.columns:
                name, type_ = self.columns[0]
                first = (name, another_type(dice, model, type_))
                return replace(self, columns=(first, *self.columns[1:]))
            case _:
                taken = {name for name, _ in self.columns}
                more = (fresh_column(dice, taken), any_type(dice, model))
                return replace(self, columns=(*self.columns, more))

    @override
    def said_of(self) -> str | None:
        return f"FOREIGN TABLE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TABLE {self.sql}", ("SELECT", "UPDATE")


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    columns: dict[str, Type] = {}
    for _ in range(dice.number(1, 3)):
        columns[fresh_column(dice, {*columns})] = any_type(dice, model)
    return ForeignTable(
        key=model.new_key("foreign_table"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
        columns=tuple(columns.items()),
    )
