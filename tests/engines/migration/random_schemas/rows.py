"""Rows for the tables of a random schema; not all of them are taken."""

from collections.abc import Iterator

from server.engines.sql.quote import identifier, literal
from tests.engines.migration.random_schemas.columns import Column
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model

_ROWS = 3


def insertions(dice: Dice, model: Model) -> Iterator[str]:
    """Yield statements that each add a row."""
    for table in model.of(TableThing):
        for _ in range(_ROWS):
            yield _insertion(dice, table.sql, table.effective(model))


def _insertion(dice: Dice, table: str, columns: tuple[Column, ...]) -> str:
    given = [each for each in columns if each.generated is None and each.identity != "ALWAYS"]
    names = ", ".join(identifier(each.name) for each in given)
    values = ", ".join(_value(dice, each) for each in given)
    if not given:
        return f"INSERT INTO {table} DEFAULT VALUES"
    # ruff: ignore[hardcoded-sql-expression] - every name was quoted
    return f"INSERT INTO {table} ({names}) VALUES ({values})"


def _value(dice: Dice, column: Column) -> str:
    if not column.type.values or (column.not_null is None and dice.chance(0.3)):
        return "NULL"
    return literal(dice.one(column.type.values))
