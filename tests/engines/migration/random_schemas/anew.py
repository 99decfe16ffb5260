"""What a change takes along, made anew under its name, as who changes a column does."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.engines.migration.random_schemas.columns import retyped
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.kinds.table import TableThing
from tests.engines.migration.random_schemas.model import Model, Named, Thing

Maker = Callable[[Dice, Model], Thing | None]
_USERS = ("index", "check", "key", "exclusion", "policy", "trigger", "statistics", "rule", "view")
_ATTEMPTS = 30


def with_read_column_changed(dice: Dice, model: Model) -> Model:
    """Return the model with another type for a column that something reads."""
    users = (each for each in model.things.values() if each.kind in _USERS)
    read = sorted({ref[:2] for each in users for ref in each.needs() if len(ref) > 1})
    key, name = dice.one(read) if read else ("", "")
    table = model.get(key, TableThing)
    if table is None:
        return model
    columns = tuple(
        retyped(dice, model, each) if each.name == name and not each.generated else each
        for each in table.columns
    )
    things = {**model.things, key: replace(table, columns=columns)}
    return Model(model.major, things, model.serial + 1)


def with_users_anew(
    dice: Dice, old: Model, new: Model, makers: Mapping[str, tuple[Maker, float]]
) -> Model:
    """Return the new model with some of what it lost, in other words and at the same place."""
    for thing in old.things.values():
        if thing.key not in new.things and thing.kind in _USERS and dice.chance(0.7):
            found = _another(dice, new, thing, makers[thing.kind][0])
            new = new if found is None else new.with_thing(found)
    return new


def _another(dice: Dice, model: Model, thing: Any, maker: Maker) -> Thing | None:  # ruff: ignore[any-type] - each kind has a name of its own
    if _is_taken(model, thing):
        return None
    for _ in range(_ATTEMPTS):
        found: Any = maker(dice, model)
        if type(found) is type(thing) and _place(found) == _place(thing):
            return replace(found, name=thing.name)
    return None


def _place(thing: object) -> tuple[object, ...]:
    return tuple(getattr(thing, each, None) for each in ("table", "relation", "schema"))


def _is_taken(model: Model, thing: Any) -> bool:  # ruff: ignore[any-type] - each kind has a name of its own
    if isinstance(thing, Named):
        named = ((each.schema, each.name) for each in model.of(Named))
        return (thing.schema, thing.name) in named
    others: list[Any] = [each for each in model.things.values() if each.kind == thing.kind]
    return any((_place(each), each.name) == (_place(thing), thing.name) for each in others)
