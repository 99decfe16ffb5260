"""Changes of tables."""

from collections.abc import Callable
from dataclasses import replace

from server.engines.sql.quote import literal
from tests.engines.migration.random_schemas.columns import changed_column
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import (
    TableThing,
    as_partition,
    can_have_heirs,
    partitioned,
    with_columns,
)
from tests.engines.migration.random_schemas.model import Model

_Change = Callable[[Dice, Model, TableThing], TableThing | None]


def changed_table(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    """Return the table with one thing about it changed."""
    changes, weights = zip(*_CHANGES, strict=True)
    change: _Change = dice.weighted(changes, weights)
    return change(dice, model, table)


def _column_added(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    return None if table.partition_of else with_columns(dice, model, table, 1)


def _column_dropped(dice: Dice, _model: Model, table: TableThing) -> TableThing | None:
    if len(table.columns) < 2:
        return None
    gone = dice.one(table.columns)
    return replace(table, columns=tuple(each for each in table.columns if each != gone))


def _column_changed(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if not table.columns:
        return None
    column = dice.one(table.columns)
    other = changed_column(dice, model, column, table.slots(model))
    columns = tuple(other if each == column else each for each in table.columns)
    return replace(table, columns=columns)


def _columns_moved(dice: Dice, _model: Model, table: TableThing) -> TableThing:
    return replace(table, columns=tuple(dice.shuffled(table.columns)))


def _security_changed(dice: Dice, _model: Model, table: TableThing) -> TableThing:
    if dice.chance(0.6):
        return replace(table, has_row_security=not table.has_row_security)
    return replace(table, forces_row_security=not table.forces_row_security)


def _storage_changed(dice: Dice, _model: Model, table: TableThing) -> TableThing | None:
    match dice.number(0, 2):
        case 0:
            return replace(table, replica_identity=dice.one(("FULL", "NOTHING", "")))
        case 1 if can_have_heirs(table) and not table.heir_of:
            return replace(table, is_unlogged=not table.is_unlogged)
        case _ if table.partition_by is None:
            options = frozenset[str]() if table.options else frozenset({"fillfactor = 55"})
            return replace(table, options=options)
        case _:
            return None


def _bound_moved(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if table.partition_of is None:
        return None
    return as_partition(dice, model, replace(table, partition_by=None), table.partition_of)


def _detached(_dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if table.partition_of is None:
        return None
    columns = tuple(replace(each, identity="") for each in table.effective(model))
    return replace(table, partition_of=None, bound=0, columns=columns, overrides=())


def _attached(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    """Make it a partition of a table that has the same columns."""
    if not can_have_heirs(table) or table.heir_of:
        return None
    own = {(each.name, each.type.sql) for each in table.columns}
    fitting = [
        ref
        for ref in sorted(model.available)
        if ref[1:2] == ("parts",)
        and (above := model.get(ref[0], TableThing)) is not None
        and own == {(each.name, each.type.sql) for each in above.effective(model)}
    ]
    chosen = dice.one_if_any(fitting)
    return (
        None
        if chosen is None
        else as_partition(dice, model, replace(table, columns=(), options=frozenset()), chosen)
    )


def _partitioning_changed(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if table.partition_by is not None:
        return replace(table, partition_by=None)
    has_heirs = any(each.heir_of == table.key for each in model.of(TableThing))
    if has_heirs or table.heir_of or table.partition_of:
        return None
    return partitioned(dice, model, table)


def _heritage_changed(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if table.heir_of is not None:
        columns = tuple(replace(each, identity="") for each in table.effective(model))
        own = {each.name for each in table.columns}
        inherited = {each.name for each in table.effective(model)} - own
        if inherited != {*table.redeclared} and dice.chance(0.9):
            return None  # PostgreSQL has no way back.
        empty = frozenset[str]()
        return replace(table, heir_of=None, overrides=(), columns=columns, redeclared=empty)
    if not can_have_heirs(table):
        return None
    names = {(each.name, each.type.sql) for each in table.columns}
    for above in dice.shuffled(model.of(TableThing)):
        shared = {(each.name, each.type.sql) for each in above.effective(model)}
        if (
            not _is_below(model, above, table)
            and can_have_heirs(above)
            and shared
            and shared <= names
        ):
            own = {name for name, _ in shared}
            rest = tuple(each for each in table.columns if each.name not in own)
            return replace(table, heir_of=above.key, columns=rest, redeclared=frozenset(own))
    return None


def _is_below(model: Model, table: TableThing | None, other: TableThing) -> bool:
    """Whether a table is the other one, or inherits from it."""
    if table is None or table.key == other.key:
        return table is not None
    return _is_below(model, model.get(table.heir_of or "", TableThing), other)


def _override_changed(dice: Dice, model: Model, table: TableThing) -> TableThing | None:
    if table.overrides:
        return replace(table, overrides=())
    if not (table.partition_of or table.heir_of):
        return None
    above = model.get(
        table.partition_of[0] if table.partition_of else table.heir_of or "", TableThing
    )
    plain = [
        each
        for each in (above.effective(model) if above else ())
        if each.generated is None
        and not each.identity
        and each.type.category in {"int", "text"}
        and not each.type.is_user_defined
    ]
    column = dice.one_if_any(plain)
    if column is None:
        return None
    override = (column.name, column.type.category, literal(str(dice.number(1, 9))))
    return replace(table, overrides=(override,))


_CHANGES: tuple[tuple[_Change, float], ...] = (
    (_column_added, 5),
    (_column_dropped, 3),
    (_column_changed, 12),
    (_columns_moved, 1),
    (_security_changed, 1),
    (_storage_changed, 2),
    (_bound_moved, 2),
    (_detached, 1),
    (_attached, 2),
    (_partitioning_changed, 0.6),
    (_heritage_changed, 0.5),
    (_override_changed, 1),
)
