"""Roles that the schemas name; the loader makes them."""

from server.engines.sql.quote import identifier
from tests.engines.migration.random_schemas.dice import Dice

ROLES = ("random_reader", "random writer", "Random_Admin")


def some_roles(dice: Dice) -> str:
    if dice.chance(0.3):
        return "PUBLIC"
    return ", ".join(identifier(each) for each in sorted(dice.some(ROLES, 2)))


def one_role(dice: Dice) -> str:
    return "PUBLIC" if dice.chance(0.2) else identifier(dice.one(ROLES))
