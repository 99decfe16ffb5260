"""Columns of tables: made at random, and changed at random."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from server.engines.sql.quote import identifier, literal
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.expressions import Expression, computed
from tests.engines.migration.random_schemas.kinds.collation import Collation
from tests.engines.migration.random_schemas.kinds.sequence import FreeSequence
from tests.engines.migration.random_schemas.model import NOTHING, Model, Refs, Slot
from tests.engines.migration.random_schemas.naming import any_name
from tests.engines.migration.random_schemas.value_types import (
    BUILTIN_NAMES,
    INTEGERS,
    Type,
    another_type,
    any_type,
    builtin,
    current_category,
)

_VIRTUAL_SINCE = 18
_NAMED_NOT_NULL_SINCE = 18
_NUMBERINGS = ("START WITH 10", "INCREMENT BY 5", "MAXVALUE 30000 CYCLE", "CACHE 20")
_COMPRESSIBLE = frozenset({"text", "jsonb", "bytea"})


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: Type
    collation: tuple[str, str] | None = None
    """The SQL and the key of a collation."""
    not_null: str | None = None
    """The name of the constraint, empty for PostgreSQL's choice."""
    default: Expression | None = None
    generated: Expression | None = None
    is_virtual: bool = False
    identity: str = ""
    numbering: str = ""
    """How its identity counts, where that is not PostgreSQL's choice."""
    storage: str = ""
    compression: str = ""
    statistics: int | None = None
    estimate: int | None = None
    """How many distinct values the planner is told of."""
    is_null_unproven: bool = False
    """Whether rows that are there may hold NULL, although new ones may not."""

    def needs(self) -> Refs:
        collation = NOTHING if self.collation is None else frozenset({(self.collation[1],)})
        return self.type.needs | collation | self._computed_from

    def uses(self) -> Refs:
        return self.needs() | (NOTHING if self.default is None else self.default.needs)

    @property
    def _computed_from(self) -> Refs:
        return NOTHING if self.generated is None else self.generated.needs

    def kept(self, available: Refs) -> "Column | None":
        """Return what is left of it; a default goes, a type does not."""
        if not self.needs() - {("C",)} <= available:
            return None
        if self.default is not None and not self.default.needs <= available:
            return replace(self, default=None)
        return self

    def slot(self, key: str, model: Model) -> Slot:
        ref, category = (key, self.name), current_category(self.type, model)
        return Slot(
            sql=identifier(self.name),
            category=category,
            type=self.type.sql if self.collation is None else f"{self.type.sql} COLLATE",
            needs=frozenset({ref, (*ref, category)}),
            name=self.name,
            is_plain=self.generated is None,
            is_stored=not self.is_virtual,
            is_not_null=self.not_null is not None or bool(self.identity),
        )

    def definition(self, *, with_null: bool = True) -> str:
        """Return the column as CREATE TABLE takes it, with its NOT NULL or without."""
        clauses = self._clauses(with_null=with_null)
        return " ".join([identifier(self.name), self.type.sql, *clauses])

    def unproven_null(self, table: str) -> str:
        name = identifier(self.not_null or f"{self.name[:20]} unproven")
        return (
            f"ALTER TABLE {table} ADD CONSTRAINT {name} NOT NULL {identifier(self.name)} NOT VALID"
        )

    def _clauses(self, *, with_null: bool) -> Iterator[str]:
        if self.collation is not None:
            yield f"COLLATE {self.collation[0]}"
        if self.not_null is not None and with_null:
            yield (
                f"CONSTRAINT {identifier(self.not_null)} NOT NULL" if self.not_null else "NOT NULL"
            )
        if self.default is not None:
            yield f"DEFAULT {self.default.sql}"
        if self.generated is not None:
            mode = "VIRTUAL" if self.is_virtual else "STORED"
            yield f"GENERATED ALWAYS AS ({self.generated.sql}) {mode}"
        if self.identity:
            numbering = f" ({self.numbering})" if self.numbering else ""
            yield f"GENERATED {self.identity} AS IDENTITY{numbering}"

    def settings(self, table: str) -> Iterator[str]:
        head = f"ALTER TABLE {table} ALTER COLUMN {identifier(self.name)}"
        if self.storage:
            yield f"{head} SET STORAGE {self.storage}"
        if self.statistics is not None:
            yield f"{head} SET STATISTICS {self.statistics}"
        if self.compression:
            yield f"{head} SET COMPRESSION {self.compression}"
        if self.estimate is not None:
            yield f"{head} SET (n_distinct = {self.estimate})"


def some_column(dice: Dice, model: Model, name: str, others: Sequence[Slot]) -> Column:
    """Return a column of a table that has these already."""
    plain = [each for each in others if each.is_plain]
    if plain and dice.chance(0.08):
        return computed_column(dice, model, name, plain)
    type_ = any_type(dice, model)
    column = Column(name, type_)
    if type_.sql in INTEGERS and dice.chance(0.12):
        numbering = dice.one(_NUMBERINGS) if dice.chance(0.3) else ""
        identity = dice.one(("ALWAYS", "BY DEFAULT"))
        return replace(column, not_null="", identity=identity, numbering=numbering)
    return replace(
        column,
        not_null=_not_null(dice, model) if dice.chance(0.3) else None,
        default=some_default(dice, model, type_) if dice.chance(0.3) else None,
        collation=_collation(dice, model, type_) if dice.chance(0.1) else None,
        storage="EXTERNAL" if type_.category in _COMPRESSIBLE and dice.chance(0.05) else "",
        compression="pglz" if type_.category in _COMPRESSIBLE and dice.chance(0.05) else "",
        statistics=dice.number(1, 100) if dice.chance(0.03) else None,
        estimate=dice.number(1, 100) if dice.chance(0.03) else None,
        is_null_unproven=model.major >= _NAMED_NOT_NULL_SINCE and dice.chance(0.2),
    )


def computed_column(dice: Dice, model: Model, name: str, plain: Sequence[Slot]) -> Column:
    plain = only_while_plain(plain)
    is_virtual = model.major >= _VIRTUAL_SINCE and dice.chance(0.4)
    # A virtual column may use nothing that the user made.
    builtin_ones = only_while_builtin(plain)
    is_virtual = is_virtual and bool(builtin_ones)
    expression = computed(dice, model, builtin_ones if is_virtual else plain, own=not is_virtual)
    type_ = Type(expression.type, expression.category)
    return Column(name, type_, generated=expression, is_virtual=is_virtual)


def only_while_builtin(slots: Sequence[Slot]) -> list[Slot]:
    """Return columns that what uses them needs as columns of a type which PostgreSQL has."""
    return [
        replace(
            each,
            needs=each.needs.union(
                (*ref, "type", each.type) for ref in each.needs if len(ref) == 2
            ),
        )
        for each in slots
        if each.type in BUILTIN_NAMES
    ]


def only_while_plain(slots: Sequence[Slot]) -> list[Slot]:
    """Return columns that what uses them needs as columns which are not computed."""
    return [
        replace(each, needs=each.needs | {(*ref, "plain") for ref in each.needs if len(ref) == 2})
        for each in slots
        if each.is_plain
    ]


def some_default(dice: Dice, model: Model, type_: Type) -> Expression | None:
    if type_.category == "timestamptz" and dice.chance(0.6):
        return Expression(dice.one(("now()", "clock_timestamp()", "CURRENT_TIMESTAMP")))
    if type_.category == "uuid" and dice.chance(0.6):
        return Expression("gen_random_uuid()")
    sequence = dice.one_if_any(model.of(FreeSequence))
    if type_.category == "int" and sequence is not None and dice.chance(0.4):
        text = f"nextval({literal(sequence.sql)}::regclass)"
        return Expression(text, needs=frozenset({(sequence.key,)}))
    made = [ref for ref in sorted(model.available) if ref[1:3] == ("makes", type_.category)]
    if made and dice.chance(0.5):
        chosen = dice.one(made)
        return Expression(f"{chosen[3]}()", needs=frozenset({chosen}))
    labels = frozenset((type_.category, "label", each) for each in type_.values)
    if not type_.values:
        return None
    value = dice.one(type_.values)
    is_label = labels & model.available
    needs = frozenset({(type_.category, "label", value)}) if is_label else NOTHING
    needs |= {(ref[0], "base", type_.category) for ref in type_.needs} & model.available
    return Expression(literal(value), needs=needs)


def _not_null(dice: Dice, model: Model) -> str:
    is_named = model.major >= _NAMED_NOT_NULL_SINCE and dice.chance(0.15)
    return f"{any_name(dice)[:20]} nn{dice.number(1, 999)}" if is_named else ""


def _collation(dice: Dice, model: Model, type_: Type) -> tuple[str, str] | None:
    if type_.category != "text" or type_.is_user_defined:
        return None
    own = dice.one_if_any(model.of(Collation))
    return ('"C"', "C") if own is None or dice.chance(0.5) else (own.sql, own.key)


def changed_column(dice: Dice, model: Model, column: Column, others: Sequence[Slot]) -> Column:
    """Return the column with one thing about it changed."""
    plain = [each for each in others if each.is_plain and each.name != column.name]
    if column.generated is not None:
        return _changed_computed(dice, model, column, plain)
    return dice.one(_CHANGES)(dice, model, column)


def retyped(dice: Dice, model: Model, column: Column) -> Column:
    """Return the column with another type, and what can stay with that."""
    categories = ["int"] if column.identity else []
    type_ = builtin(dice, categories) if categories else another_type(dice, model, column.type)
    is_same = type_.category == column.type.category
    takes_collation = type_.category == "text" and not type_.is_user_defined
    return replace(
        column,
        type=type_,
        default=column.default if is_same else None,
        collation=column.collation if takes_collation else None,
        storage=column.storage if type_.category in _COMPRESSIBLE and is_same else "",
        compression=column.compression if type_.category in _COMPRESSIBLE and is_same else "",
    )


def _with_other_null(dice: Dice, model: Model, column: Column) -> Column:
    if column.identity:
        return retyped(dice, model, column)
    if column.not_null is not None and model.major >= _NAMED_NOT_NULL_SINCE and dice.chance(0.3):
        return replace(column, is_null_unproven=not column.is_null_unproven)
    return replace(column, not_null=_not_null(dice, model) if column.not_null is None else None)


def _with_other_default(dice: Dice, model: Model, column: Column) -> Column:
    if column.identity:
        return retyped(dice, model, column)
    default = some_default(dice, model, column.type) if dice.chance(0.7) else None
    return replace(column, default=default)


def _with_other_collation(dice: Dice, model: Model, column: Column) -> Column:
    if column.type.category != "text" or column.type.is_user_defined:
        return _with_other_statistics(dice, model, column)
    return replace(column, collation=None if column.collation else ('"C"', "C"))


def _with_other_statistics(dice: Dice, _model: Model, column: Column) -> Column:
    if dice.chance(0.3):
        return replace(column, estimate=None if column.estimate else dice.number(1, 100))
    if column.type.category in _COMPRESSIBLE and dice.chance(0.5):
        return replace(column, compression="" if column.compression else "pglz")
    if column.identity:
        return replace(column, numbering="" if column.numbering else dice.one(_NUMBERINGS))
    return replace(column, statistics=None if column.statistics else dice.number(1, 100))


def _with_other_identity(dice: Dice, model: Model, column: Column) -> Column:
    if column.type.sql not in INTEGERS or column.default is not None:
        return _with_other_statistics(dice, model, column)
    modes = [each for each in ("", "ALWAYS", "BY DEFAULT") if each != column.identity]
    mode = dice.one(modes)
    return replace(column, identity=mode, not_null=column.not_null or "" if mode else None)


def _changed_computed(dice: Dice, model: Model, column: Column, plain: Sequence[Slot]) -> Column:
    if not plain or dice.chance(0.3):
        return replace(column, generated=None, is_virtual=False)
    return computed_column(dice, model, column.name, plain)


_CHANGES = (
    *(retyped, retyped, _with_other_null, _with_other_null),
    *(_with_other_default, _with_other_default, _with_other_identity),
    *(_with_other_collation, _with_other_statistics),
)
