"""Indexes of tables and materialized views, of every method."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier, identifiers
from tests.engines.migration.random_schemas.columns import only_while_plain
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import (
    Expression,
    computed,
    condition,
    needed,
)
from tests.engines.migration.random_schemas.kinds.key import family, partition_columns
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.kinds.view import Materialized
from tests.engines.migration.random_schemas.model import Model, Named, Refs, Slot, Thing
from tests.engines.migration.random_schemas.naming import fresh_name
from tests.engines.migration.random_schemas.value_types import ORDERED

WEIGHT = 3.0
_METHODS = {"jsonb": "gin", "int[]": "gin", "text[]": "gin", "tsvector": "gin", "int4range": "gist"}
_IDENTIFIES = "REPLICA IDENTITY USING INDEX"
_ORDERS = ("", " DESC", " NULLS FIRST", " DESC NULLS LAST")


@dataclass(frozen=True, slots=True)
class Part:
    """A column or an expression of an index."""

    text: Expression
    name: str = ""
    order: str = ""
    collation: str = ""
    operator_class: str = ""

    @property
    def sql(self) -> str:
        text = self.text.sql if self.name else f"({self.text.sql})"
        return f"{text}{self.collation}{self.operator_class}{self.order}"


@dataclass(frozen=True, kw_only=True)
class Index(Named):
    kind: ClassVar[str] = "index"
    takes_relation_name: ClassVar[bool] = True

    relation: str
    relation_sql: str
    method: str
    parts: tuple[Part, ...]
    is_unique: bool = False
    are_nulls_equal: bool = False
    included: tuple[str, ...] = ()
    predicate: Expression | None = None
    options: str = ""
    marks: str = ""

    @override
    def needs(self) -> Refs:
        stored = {(self.relation, name, "stored") for name in self.included}
        if self.marks == _IDENTIFIES:
            stored |= {(self.relation, each.name, "not null") for each in self.parts}
        parts = needed((*(each.text for each in self.parts), self.predicate))
        return self.own_needs | {(self.relation,)} | stored | parts

    @override
    def fits(self, model: Model) -> bool:
        # What compares otherwise than the partition key does tells no two rows apart for it.
        named = {e.name for e in self.parts if not (e.collation or e.operator_class)}
        table = model.get(self.relation, TableThing)
        if not self._can_be_marked(model, table):
            return False
        if table is None or not (table.partition_by or table.partition_of):
            return True
        is_complete = partition_columns(model, self.relation) <= named
        return (is_complete or not self.is_unique) and not self.marks and not self._is_second(model)

    def _can_be_marked(self, model: Model, table: TableThing | None) -> bool:
        """Whether nothing else is what it says it is for the table."""
        if table is not None and self.marks == _IDENTIFIES and table.replica_identity:
            return False
        return not self.marks or not any(
            each.key < self.key and each.relation == self.relation and each.marks == self.marks
            for each in model.of(Index)
        )

    def _is_second(self, model: Model) -> bool:
        """Whether partitions would have two such indexes, named by chance."""
        around = family(model, self.relation)
        # All expressions have one name.
        first = self.parts[0].name
        return any(
            each.key < self.key and each.relation in around and each.parts[0].name == first
            for each in model.of(Index)
        )

    @override
    def statements(self, model: Model) -> Iterator[str]:
        unique = "UNIQUE " if self.is_unique else ""
        parts = ", ".join(each.sql for each in self.parts)
        head = f"CREATE {unique}INDEX {identifier(self.name)} ON {self.relation_sql}"
        yield f"{head} USING {self.method} ({parts}){''.join(self._tail())}"
        if self.marks:
            yield f"ALTER TABLE {self.relation_sql} {self.marks} {identifier(self.name)}"

    def _tail(self) -> Iterator[str]:
        if self.included:
            yield f" INCLUDE ({identifiers(self.included)})"
        if self.are_nulls_equal:
            yield " NULLS NOT DISTINCT"
        if self.options:
            yield f" WITH ({self.options})"
        if self.predicate is not None:
            yield f" WHERE {self.predicate.sql}"

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        slots = indexable(model, self.relation)
        if not slots:
            return None
        match dice.number(0, 4):
            case 0:
                predicate = None if self.predicate else condition(dice, model, slots)
                return replace(self, predicate=predicate, marks="")
            case 1 if self.method == "btree":
                parts = (replace(each, order=dice.one(_ORDERS)) for each in self.parts)
                return replace(self, parts=tuple(parts))
            case 2 if self.method == "btree":
                return replace(self, is_unique=not self.is_unique, are_nulls_equal=False, marks="")
            case 3 if self.method == "btree":
                return replace(self, options="" if self.options else "fillfactor = 60")
            case _:
                other = _some_index(dice, model, slots, self)
                return other if other != self else None

    @override
    def said_of(self) -> str | None:
        return f"INDEX {self.sql}"


def indexable(model: Model, key: str) -> list[Slot]:
    """Return the columns that an index can hold, needed as stored ones."""
    relation = model.get(key, TableThing) or model.get(key, Materialized)
    slots = () if relation is None else relation.slots(model)
    return [
        replace(each, needs=each.needs | {(key, each.name, "stored")})
        for each in slots
        if each.is_stored
    ]


def _part(slot: Slot) -> Part:
    return Part(Expression(slot.sql, slot.category, slot.type, slot.needs), slot.name)


def _some_index(dice: Dice, model: Model, slots: list[Slot], named: Index) -> Index:
    index = replace(
        named,
        is_unique=False,
        are_nulls_equal=False,
        included=(),
        options="",
        marks="",
        predicate=None,
    )
    slot = dice.one(slots)
    method = _METHODS.get(slot.category)
    if method is not None:
        classes = " jsonb_path_ops" if slot.category == "jsonb" and dice.chance(0.4) else ""
        part = replace(_part(slot), operator_class=classes)
        return replace(index, method=method, parts=(part,))
    usable = [e for e in slots if e.category in ORDERED or e.category.startswith("enum")]
    if slot not in usable or dice.chance(0.2):
        return _of_expression(dice, model, slots, index)
    if dice.chance(0.1) and slot.category in {"int", "date", "text"}:
        return replace(index, method=dice.one(("brin", "hash")), parts=(_part(slot),))
    return _of_columns(dice, model, usable, index)


def _of_expression(dice: Dice, model: Model, slots: list[Slot], index: Index) -> Index:
    usable = only_while_plain([each for each in slots if each.category in _SAFE])
    if not usable:
        return index
    part = Part(computed(dice, model, usable))
    return replace(index, method="btree", parts=(part,))


_SAFE = frozenset({"int", "num", "text", "jsonb", "int[]"})


def _of_columns(dice: Dice, model: Model, slots: list[Slot], index: Index) -> Index:
    chosen = dice.some(slots, 3)
    parts = tuple(_ordered(dice, each) for each in chosen)
    names = {each.name for each in chosen}
    others = [each.name for each in indexable(model, index.relation) if each.name not in names]
    is_unique = dice.chance(0.25)
    if all(each.is_not_null for each in chosen) and dice.chance(0.3):
        return replace(index, method="btree", parts=parts, marks=_IDENTIFIES, is_unique=True)
    if dice.chance(0.05):
        return replace(index, method="btree", parts=parts, marks="CLUSTER ON")
    return replace(
        index,
        method="btree",
        parts=parts,
        is_unique=is_unique,
        are_nulls_equal=is_unique and model.major >= 15 and dice.chance(0.2),
        included=dice.some(others, 2) if others and dice.chance(0.15) else (),
        predicate=condition(dice, model, slots) if dice.chance(0.2) else None,
        options="fillfactor = 80" if dice.chance(0.08) else "",
    )


def _ordered(dice: Dice, slot: Slot) -> Part:
    part = replace(_part(slot), order=dice.one(_ORDERS) if dice.chance(0.3) else "")
    if slot.category != "text":
        return part
    if dice.chance(0.1):
        return replace(part, collation=' COLLATE "C"')
    return replace(part, operator_class=" text_pattern_ops") if dice.chance(0.1) else part


def made(dice: Dice, model: Model) -> Thing | None:
    relation = dice.one_if_any((*model.of(TableThing), *model.of(Materialized)))
    if relation is None or not (slots := indexable(model, relation.key)):
        return None
    index = Index(
        key=model.new_key("index"),
        namespace=relation.namespace,
        schema=relation.schema,
        name=fresh_name(dice, model, relation.schema),
        relation=relation.key,
        relation_sql=relation.sql,
        method="btree",
        parts=(),
    )
    found = _some_index(dice, model, slots, index)
    return found if found.parts and found.fits(model) else None
