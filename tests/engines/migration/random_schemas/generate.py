"""Random schemas, and random changes of them."""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from graphlib import CycleError
from importlib import import_module
from pathlib import Path

from tests.engines.migration.random_schemas.anew import with_read_column_changed, with_users_anew
from tests.engines.migration.random_schemas.dice import Dice
from tests.engines.migration.random_schemas.journey import Journey
from tests.engines.migration.random_schemas.kinds.foreign_table import PRELUDE
from tests.engines.migration.random_schemas.kinds.namespace import Namespace
from tests.engines.migration.random_schemas.model import Model, Named, Thing
from tests.engines.migration.random_schemas.rows import insertions

Maker = Callable[[Dice, Model], Thing | None]
_KINDS = Path(__file__).with_name("kinds")
_PACKAGE = "tests.engines.migration.random_schemas.kinds"
_MOST_THINGS = 45
_MOST_CHANGES = 6
_ATTEMPTS = 40
# Kinds whose SQL says where they are, and nothing else about it.
_FREE_OF_OTHERS = ("table", "view", "sequence", "enum_type", "domain", "foreign_table")


@dataclass(frozen=True)
class Pair:
    """Two schemas, the second of which is the first with some changes."""

    seed: int
    old: Model
    new: Model
    changes: tuple[str, ...]
    only_remarks: bool

    @property
    def journey(self) -> Journey:
        """The SQL; the two come in orders that have nothing to do with each other."""
        return Journey(
            old=";\n".join(self.script(self.old)),
            new=";\n".join(self.script(self.new)),
            rows=tuple(insertions(Dice(self.seed), self.old)),
            only_remarks=self.only_remarks,
        )

    def script(self, model: Model) -> list[str]:
        dice = Dice(f"{self.seed} {len(model.things)}")
        return [*PRELUDE, *model.script(dice)]


def random_pair(seed: int, major: int) -> Pair:
    dice = Dice(seed)
    old = random_model(dice, major)
    only_remarks = dice.chance(0.08)
    new, changes = old, list[str]()
    for _ in range(dice.number(1, _MOST_CHANGES)):
        new, change = mutated(dice, new, only_remarks=only_remarks)
        changes.append(change)
    if not only_remarks:
        new = _with_users_anew(Dice(f"{seed} anew"), old, new)
    return Pair(seed, old, new, tuple(changes), only_remarks)


def _with_users_anew(dice: Dice, old: Model, new: Model) -> Model:
    if dice.chance(0.4):
        new = _valid(dice, new, with_read_column_changed(dice, new)) or new
    anew = with_users_anew(dice, old, new, makers())
    return _valid(dice, new, anew) or new


@cache
def makers() -> Mapping[str, tuple[Maker, float]]:
    names = sorted(each.name for each in pkgutil.iter_modules([str(_KINDS)]))
    modules = {name: import_module(f"{_PACKAGE}.{name}") for name in names}
    return {name: (each.made, each.WEIGHT) for name, each in modules.items()}


def random_model(dice: Dice, major: int) -> Model:
    home = Namespace(key="namespace0", name="app")
    model = Model(major, {home.key: home}, serial=1)
    for _ in range(dice.number(4, _MOST_THINGS)):
        model = with_another(dice, model)
    return model


def with_another(dice: Dice, model: Model, name: str | None = None) -> Model:
    """Return the model with one more thing, if one comes to mind."""
    names = [*makers()]
    for _ in range(_ATTEMPTS):
        chosen = name or dice.weighted(names, [makers()[each][1] for each in names])
        thing = makers()[chosen][0](dice, model)
        if thing is not None and (valid := _valid(dice, model, model.with_thing(thing))):
            return valid
        if name:
            return model
    return model


def mutated(dice: Dice, model: Model, *, only_remarks: bool) -> tuple[Model, str]:
    """Return the model with one change, and what the change is."""
    for _ in range(_ATTEMPTS):
        found = _mutated(dice, model, only_remarks=only_remarks)
        if found is not None and found[0].things != model.things:
            return found
    return model, "nothing"


def _mutated(dice: Dice, model: Model, *, only_remarks: bool) -> tuple[Model, str] | None:
    pool = [each for each in model.things.values() if each.is_remark or not only_remarks]
    number = dice.number(0, 9)
    if number < 2 or not pool:
        name = dice.one(("comment", "grant")) if only_remarks else None
        after = with_another(dice, model, name)
        return after, f"+{[*after.things][-1]}"
    thing = dice.one(pool)
    if number == 2 and isinstance(thing, Named) and thing.takes_relation_name:
        after = _with_namesake(dice, model, thing)
        return None if after is None else (after, f"={thing.key}")
    if number < 4:
        after = _valid(dice, model, model.without(thing.key))
        return None if after is None else (after, f"-{thing.key}")
    other = thing.varied(dice, model)
    if other is None:
        return None
    things = {**model.things, thing.key: other}
    after = _valid(dice, model, Model(model.major, things, model.serial + 1))
    return None if after is None else (after, f"~{thing.key}")


def _with_namesake(dice: Dice, model: Model, thing: Named) -> Model | None:
    """Return the model with something of another kind in the place of a thing."""
    rest = model.without(thing.key).settled()
    other = makers()[dice.one(_FREE_OF_OTHERS)][0](dice, rest)
    is_taken = any(
        (each.schema, each.name) == (thing.schema, thing.name) for each in rest.of(Named)
    )
    if not isinstance(other, Named) or thing.namespace not in rest.things or is_taken:
        return None
    place = replace(other, namespace=thing.namespace, schema=thing.schema, name=thing.name)
    return _valid(dice, model, rest.with_thing(place))


def _valid(dice: Dice, before: Model, after: Model) -> Model | None:
    """Return what is left of a model, unless that is a circle or next to nothing."""
    settled = after.settled()
    try:
        settled.ordered(dice)
    except CycleError:
        return None
    lost = len(before.things) - len(settled.things)
    return settled if settled.of(Namespace) and lost <= max(3, len(before.things) // 3) else None
