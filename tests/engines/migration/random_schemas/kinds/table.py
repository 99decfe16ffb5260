"""Tables: ordinary ones, partitioned ones, partitions and heirs."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from typing_extensions import override

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.columns import Column, some_column
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.namespace import a_namespace
from tests.engines.migration.random_schemas.model import (
    NOTHING,
    Model,
    Ref,
    Refs,
    Relation,
    Slot,
    Thing,
)
from tests.engines.migration.random_schemas.naming import fresh_column, fresh_name

WEIGHT = 4.0
_PARTITION_KEYS = {"list": {"int", "text"}, "range": {"int", "date"}, "hash": {"int", "text"}}
_OPTIONS = ("fillfactor = 70", "autovacuum_enabled = false", "toast_tuple_target = 256")


@dataclass(frozen=True, kw_only=True)
class TableThing(Relation):
    kind: ClassVar[str] = "table"

    columns: tuple[Column, ...] = ()
    """Its own: a partition has none, an heir those that it adds."""
    partition_by: tuple[str, str] | None = None
    """The strategy and the column."""
    partition_of: Ref | None = None
    """What the table above gives as long as it is partitioned in the same way."""
    bound: int = 0
    """Which part of the values is its own; 0 is the default partition."""
    heir_of: str | None = None
    redeclared: frozenset[str] = frozenset()
    """What an heir declares although it inherits it."""
    overrides: tuple[tuple[str, str, str], ...] = ()
    """Defaults that differ from those of the table above: column, category and text."""
    is_unlogged: bool = False
    options: frozenset[str] = frozenset()
    has_row_security: bool = False
    forces_row_security: bool = False
    replica_identity: str = ""

    @override
    def needs(self) -> Refs:
        return self.own_needs | ({self.partition_of} if self.partition_of else NOTHING)

    @override
    def uses(self, model: Model) -> Refs:
        heir: Refs = frozenset({(self.heir_of,)}) if self.heir_of else NOTHING
        columns: Refs = frozenset(ref for each in self.columns for ref in each.uses())
        return self.needs() | heir | columns

    @override
    def kept(self, available: Refs) -> "TableThing | None":
        if not self.needs() <= available:
            return None
        columns = tuple(left for each in self.columns if (left := each.kept(available)) is not None)
        if self.heir_of and (self.heir_of,) not in available:
            return None  # Nobody can make it an heir again that is said to declare nothing.
        heir_of = self.heir_of if (self.heir_of,) in available else None
        above = self.partition_of[0] if self.partition_of else heir_of
        overrides = tuple(each for each in self.overrides if (above, each[0], each[1]) in available)
        after = replace(self, columns=columns, heir_of=heir_of, overrides=overrides)
        after = replace(after, partition_by=self._kept_partitioning(available))
        return self if after == self else after

    def _kept_partitioning(self, available: Refs) -> tuple[str, str] | None:
        if self.partition_by is None:
            return None
        strategy, column = self.partition_by
        is_plain = (self.key, column, "plain") in available
        fits = any((self.key, column, each) in available for each in _PARTITION_KEYS[strategy])
        return self.partition_by if is_plain and fits else None

    def effective(self, model: Model) -> tuple[Column, ...]:
        """Return all its columns, those from above first."""
        key = self.partition_of[0] if self.partition_of else self.heir_of
        above = None if key is None else model.get(key, TableThing)
        inherited = () if above is None else above.effective(model)
        if self.heir_of:
            # An identity is not handed down, and what NOT NULL is called there is its own affair.
            inherited = tuple(replace(each, identity="") for each in inherited)
        return (*inherited, *self.columns)

    @override
    def slots(self, model: Model) -> tuple[Slot, ...]:
        return tuple(each.slot(self.key, model) for each in self.effective(model))

    @override
    def gives(self, model: Model) -> Refs:
        return Relation.gives(self, model) | frozenset(self._own_gifts(model))

    def _own_gifts(self, model: Model) -> Iterator[Ref]:
        if not self.is_unlogged:
            yield (self.key, "logged")
        if self.partition_by is None:
            yield (self.key, "ordinary")
            if self.partition_of is None:
                yield (self.key, "apart")
            return
        strategy, name = self.partition_by
        column = next((each for each in self.effective(model) if each.name == name), None)
        if column is not None:
            yield (self.key, "parts", strategy, column.type.category, name)

    @override
    def statements(self, model: Model) -> Iterator[str]:
        yield f"{self._head(model)}{self._tail()}"
        for column in self.columns:
            yield from column.settings(self.sql)
            if self._is_unproven(column, model):
                yield column.unproven_null(self.sql)
        for name, _, default in self.overrides:
            yield f"ALTER TABLE {self.sql} ALTER COLUMN {identifier(name)} SET DEFAULT {default}"
        if self.has_row_security:
            yield f"ALTER TABLE {self.sql} ENABLE ROW LEVEL SECURITY"
        if self.forces_row_security:
            yield f"ALTER TABLE {self.sql} FORCE ROW LEVEL SECURITY"
        if self.replica_identity:
            yield f"ALTER TABLE {self.sql} REPLICA IDENTITY {self.replica_identity}"

    def _head(self, model: Model) -> str:
        kind = "UNLOGGED TABLE" if self.is_unlogged else "TABLE"
        if self.partition_of is None:
            above = model.get(self.heir_of, TableThing) if self.heir_of else None
            columns = ", ".join(self._declared(model, above))
            heritage = "" if above is None else f" INHERITS ({above.sql})"
            return f"CREATE {kind} {self.sql} ({columns}){heritage}"
        above = model.things[self.partition_of[0]]
        parent = above.sql if isinstance(above, TableThing) else ""
        return f"CREATE {kind} {self.sql} PARTITION OF {parent} {self._bound_text}"

    def _declared(self, model: Model, above: "TableThing | None") -> Iterator[str]:
        for each in above.effective(model) if above else ():
            if each.name in self.redeclared:
                collation = f" COLLATE {each.collation[0]}" if each.collation else ""
                null = " NOT NULL" if each.not_null is not None or each.identity else ""
                yield f"{identifier(each.name)} {each.type.sql}{collation}{null}"
        for each in self.columns:
            yield each.definition(with_null=not self._is_unproven(each, model))

    def _is_unproven(self, column: Column, model: Model) -> bool:
        """Whether its NOT NULL is said afterwards; only what is no key and has no heirs."""
        is_said = column.not_null is not None and column.is_null_unproven and not column.identity
        has_family = self.heir_of or self.partition_by or self.partition_of
        return is_said and not has_family and not self._is_leaned_on(model)

    def _is_leaned_on(self, model: Model) -> bool:
        whole = (self.key,)
        return any(
            (whole in each.needs() and each.kind in {"key", "index"})
            or (isinstance(each, TableThing) and each.heir_of == self.key)
            for each in model.things.values()
        )

    @property
    def _bound_text(self) -> str:
        _, _, strategy, category, _ = self.partition_of or ("", "", "", "", "")
        number = self.bound
        if strategy == "hash":
            return f"FOR VALUES WITH (MODULUS 7, REMAINDER {number % 7})"
        if number == 0:
            return "DEFAULT"
        if strategy == "list":
            values = (
                f"{number}, {number + 100}" if category == "int" else f"'{number}', 'p{number}'"
            )
            return f"FOR VALUES IN ({values})"
        if category == "int":
            return f"FOR VALUES FROM ({number * 10}) TO ({number * 10 + 10})"
        return f"FOR VALUES FROM ('20{number + 10}-01-01') TO ('20{number + 11}-01-01')"

    def _tail(self) -> str:
        by = ""
        if self.partition_by is not None:
            strategy, column = self.partition_by
            by = f" PARTITION BY {strategy} ({identifier(column)})"
        options = f" WITH ({', '.join(sorted(self.options))})" if self.options else ""
        return f"{by}{options}"

    @override
    def fits(self, model: Model) -> bool:
        return not (self.partition_by and (self.is_unlogged or self.options))

    @override
    def varied(self, dice: Dice, model: Model) -> Thing | None:
        from tests.engines.migration.random_schemas.table_changes import changed_table

        return changed_table(dice, model, self)

    @override
    def said_of(self) -> str | None:
        return f"TABLE {self.sql}"

    @override
    def granted_on(self) -> tuple[str, tuple[str, ...]] | None:
        return f"TABLE {self.sql}", ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")


def made(dice: Dice, model: Model) -> Thing | None:
    home = a_namespace(dice, model)
    table = TableThing(
        key=model.new_key("table"),
        namespace=home.key,
        schema=home.name,
        name=fresh_name(dice, model, home.name),
    )
    if dice.chance(0.3):
        return _below(dice, model, table)
    table = with_columns(dice, model, table, dice.number(1, 7))
    if dice.chance(0.2):
        return partitioned(dice, model, table)
    return replace(
        table,
        is_unlogged=dice.chance(0.05),
        options=frozenset(dice.some(_OPTIONS, 2)) if dice.chance(0.1) else frozenset(),
        has_row_security=dice.chance(0.1),
        forces_row_security=dice.chance(0.05),
        replica_identity=dice.one(("FULL", "NOTHING")) if dice.chance(0.05) else "",
    )


def with_columns(dice: Dice, model: Model, table: TableThing, number: int) -> TableThing:
    for _ in range(number):
        name = fresh_column(dice, names_around(model, table))
        column = some_column(dice, model, name, table.slots(model))
        table = replace(table, columns=(*table.columns, column))
        model = replace(model, things={**model.things, table.key: table})
    return table


def names_around(model: Model, table: TableThing) -> set[str]:
    """Return the names that the columns of the table and of its heirs have."""
    below = [each for each in model.of(TableThing) if each.heir_of == table.key]
    own = {each.name for each in table.effective(model)}
    return own.union(*(names_around(model, each) for each in below))


def partitioned(dice: Dice, model: Model, table: TableThing) -> TableThing:
    """Return the table partitioned by one of its columns, where one can serve."""
    choices = [
        (strategy, each.name)
        for strategy, categories in _PARTITION_KEYS.items()
        for each in table.effective(model)
        if each.type.category in categories
        and each.generated is None
        and not each.type.is_user_defined
        and not each.identity
    ]
    chosen = dice.one_if_any(choices)
    return (
        replace(table, partition_by=chosen, is_unlogged=False, options=frozenset())
        if chosen
        else table
    )


def _below(dice: Dice, model: Model, table: TableThing) -> Thing | None:
    """Return the table as a partition or an heir of another one."""
    parts = [ref for ref in sorted(model.available) if ref[1:2] == ("parts",)]
    if parts and dice.chance(0.8):
        return as_partition(dice, model, table, dice.one(parts))
    above = dice.one_if_any([each for each in model.of(TableThing) if can_have_heirs(each)])
    if above is None:
        return None
    own = replace(table, heir_of=above.key)
    if dice.chance(0.5):
        names = frozenset(each.name for each in above.effective(model) if not each.generated)
        own = replace(own, redeclared=names)
    return with_columns(dice, model, own, dice.number(0, 2))


def can_have_heirs(table: TableThing) -> bool:
    return table.partition_by is None and table.partition_of is None and not table.is_unlogged


def as_partition(dice: Dice, model: Model, table: TableThing, above: Ref) -> TableThing | None:
    taken = {each.bound for each in model.of(TableThing) if each.partition_of == above}
    free = [each for each in range(7) if each not in taken]
    if not free:
        return None
    part = replace(table, partition_of=above, bound=dice.one(free))
    if dice.chance(0.2):
        return partitioned(dice, model, part)
    return part
