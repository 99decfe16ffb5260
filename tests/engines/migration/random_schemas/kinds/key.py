"""Primary keys and unique constraints."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, identifiers
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import ORDERED

WEIGHT = 3.0


@dataclass(frozen=True, kw_only=True)
class Key(Named):
    kind: ClassVar[str] = "key"
    takes_relation_name: ClassVar[bool] = True

    table: str
    table_sql: str
    columns: tuple[tuple[str, str], ...]
    """Names and categories."""
    is_primary: bool
    included: tuple[str, ...] = ()
    deferral: str = ""
    are_nulls_equal: bool = False

    @override
    def needs(self) -> Refs:
        typed = {(self.table, *each) for each in self.columns}
        names = (*(name for name, _ in self.columns), *self.included)
        stored = {(self.table, name, word) for name in names for word in ("stored", "plain")}
        return self.own_needs | {(self.table,)} | typed | stored

    @override
    def uses(self, model: Model) -> Refs:
        """Let the keys of what the table inherits from come first: they name the NOT NULL."""
        table = model.get(self.table, TableThing)
        above = set[str]()
        while table is not None and table.heir_of is not None:
            above.add(table.heir_of)
            table = model.get(table.heir_of, TableThing)
        return self.needs().union((e.key,) for e in model.of(Key) if e.table in above)

    @override
    def gives(self, model: Model) -> Refs:
        part = (self.key, "referable") if not self.deferral else (self.key, "deferrable")
        return frozenset({(self.key,), part})

    @override
    def fits(self, model: Model) -> bool:
        names = {name for name, _ in self.columns}
        around = family(model, self.table)
        earlier = [e for e in model.of(Key) if e.table in around and e.key < self.key]
        return partition_columns(model, self.table) <= names and not any(
            (self.is_primary and each.is_primary)
            # Partitions would have two such keys, named by chance.
            or (len(around) > 1 and each.columns[0] == self.columns[0])
            for each in earlier
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        word = "PRIMARY KEY" if self.is_primary else "UNIQUE"
        nulls = " NULLS NOT DISTINCT" if self.are_nulls_equal else ""
        columns = identifiers(name for name, _ in self.columns)
        more = f" INCLUDE ({identifiers(self.included)})" if self.included else ""
        text = f"{word}{nulls} ({columns}){more}{self.deferral}"
        yield f"ALTER TABLE {self.table_sql} ADD CONSTRAINT {identifier(self.name)} {text}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        table = model.get(self.table, TableThing)
        if table is None:
            return None
        match dice.number(0, 3):
            case 0 if not self.is_primary and model.major >= 15:
                return replace(self, are_nulls_equal=not self.are_nulls_equal)
            case 1:
                return replace(self, deferral="" if self.deferral else _deferral(dice))
            case 2 if len(self.columns) > 1:
                return replace(self, columns=tuple(dice.shuffled(self.columns)))
            case _:
                return replace(self, columns=_columns(dice, model, table) or self.columns)

    @override
    def said_of(self) -> str | None:
        return f"CONSTRAINT {identifier(self.name)} ON {self.table_sql}"


def partition_columns(model: Model, key: str) -> set[str]:
    """Return the columns by which a table, or what lies above or below it, is partitioned."""
    table = model.get(key, TableThing)
    if table is None:
        return set()
    own = {table.partition_by[1]} if table.partition_by else set[str]()
    below = (each.key for each in model.of(TableThing) if _above(each) == key)
    return own.union(*(partition_columns(model, each) for each in below))


def family(model: Model, key: str) -> set[str]:
    """Return a table, what it is a partition of, and its own partitions."""
    above: set[str] = {key}
    table = model.get(key, TableThing)
    while table is not None and table.partition_of is not None:
        above.add(table.partition_of[0])
        table = model.get(table.partition_of[0], TableThing)
    return above | _below(model, key)


def _below(model: Model, key: str) -> set[str]:
    own = {each.key for each in model.of(TableThing) if _above(each) == key}
    return own.union(*(_below(model, each) for each in own))


def _above(table: TableThing) -> str | None:
    return table.partition_of[0] if table.partition_of else None


def _deferral(dice: Dice) -> str:
    return dice.one((" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"))


def _columns(dice: Dice, model: Model, table: TableThing) -> tuple[tuple[str, str], ...]:
    usable = [
        each
        for each in table.slots(model)
        if each.is_plain and (each.category in ORDERED or each.category.startswith("enum"))
    ]
    chosen = {each.name: each.category for each in dice.some(usable, 2)} if usable else {}
    needed = partition_columns(model, table.key)
    chosen |= {each.name: each.category for each in usable if each.name in needed}
    return tuple(chosen.items())


def made(dice: Dice, model: Model) -> Thing | None:
    table = dice.one_if_any(model.of(TableThing))
    if table is None or not (columns := _columns(dice, model, table)):
        return None
    is_primary = dice.chance(0.6)
    others = [e.name for e in table.slots(model) if e.is_plain and e.name not in dict(columns)]
    return Key(
        key=model.new_key("key"),
        namespace=table.namespace,
        schema=table.schema,
        name=fresh_name(dice, model, table.schema),
        table=table.key,
        table_sql=table.sql,
        columns=columns,
        is_primary=is_primary,
        included=dice.some(others, 1) if others and dice.chance(0.1) else (),
        deferral=_deferral(dice) if dice.chance(0.1) else "",
        are_nulls_equal=not is_primary and model.major >= 15 and dice.chance(0.15),
    )
