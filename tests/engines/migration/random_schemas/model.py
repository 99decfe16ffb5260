"""A schema as things that need each other, from which SQL is written.

A thing says what it needs and what it gives as `Ref`s: `("table3",)` is a table,
`("table3", "id")` its column, `("table3", "id", "int")` that column as long as it is a whole
number. What loses what it needs goes, so every change of a model leaves a valid one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import TopologicalSorter
from typing import ClassVar, Self, TypeVar

from server.engines.sql.quote import qualified
from tests.engines.migration.random_schemas.dice import Dice

Ref = tuple[str, ...]
Refs = frozenset[Ref]
NOTHING: Refs = frozenset()
Granted = tuple[str, tuple[str, ...]]
"""What GRANT calls a thing, and what can be granted on it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A column, or a value in its place, that expressions can be made of."""

    sql: str
    category: str
    type: str
    needs: Refs
    name: str = ""
    is_plain: bool = True
    """Whether it is stored and not computed."""
    is_stored: bool = True
    is_not_null: bool = False


@dataclass(frozen=True, kw_only=True)
class Thing:
    kind: ClassVar[str]
    takes_relation_name: ClassVar[bool] = False
    is_remark: ClassVar[bool] = False
    """Whether nothing but a comment or a privilege differs when it comes, changes or goes."""

    stage: ClassVar[int] = 2
    """What is of an earlier stage comes before all of a later one, needed or not."""

    key: str

    def needs(self) -> Refs:  # ruff: ignore[no-self-use] - heirs say more
        return NOTHING

    def uses(self, model: "Model") -> Refs:  # ruff: ignore[unused-method-argument] - heirs need it
        """Return all that has to be there before it, what its parts need included."""
        return self.needs()

    def gives(self, model: "Model") -> Refs:  # ruff: ignore[unused-method-argument] - heirs need it
        return frozenset({(self.key,)})

    def kept(self, available: Refs) -> Self | None:
        """Return what is left of it when only this is there."""
        return self if self.needs() <= available else None

    def fits(self, model: "Model") -> bool:  # ruff: ignore[no-self-use, unused-method-argument] - heirs need it
        """Whether it may stay as it is, beyond having what it needs."""
        return True

    def statements(self, model: "Model") -> Iterator[str]:
        raise NotImplementedError

    def varied(self, dice: Dice, model: "Model") -> "Thing | None":  # ruff: ignore[no-self-use, unused-method-argument] - heirs need it
        """Return another form of it, None where there is none."""
        return None

    def said_of(self) -> str | None:  # ruff: ignore[no-self-use] - heirs say more
        """Return what COMMENT ON calls it."""
        return None

    def granted_on(self) -> Granted | None:  # ruff: ignore[no-self-use] - heirs say more
        """Return what GRANT calls it, and what can be granted."""
        return None


@dataclass(frozen=True, kw_only=True)
class Named(Thing):
    """A thing in a namespace."""

    namespace: str
    """The key of the namespace."""
    schema: str
    """Its name, which never changes."""
    name: str

    @property
    def sql(self) -> str:
        return qualified(self.schema, self.name)

    @property
    def own_needs(self) -> Refs:
        return frozenset({(self.namespace,)})


@dataclass(frozen=True, kw_only=True)
class Relation(Named):
    """What has columns and can be selected from."""

    takes_relation_name: ClassVar[bool] = True

    def slots(self, model: "Model") -> tuple[Slot, ...]:
        raise NotImplementedError

    def is_readable(self, model: "Model") -> bool:  # ruff: ignore[no-self-use, unused-method-argument] - heirs need it
        """Whether selecting from it works."""
        return True

    def gives(self, model: "Model") -> Refs:
        return frozenset({(self.key,), *(ref for each in self.slots(model) for ref in given(each))})


def given(slot: Slot) -> Iterator[Ref]:
    """Yield what a column of a relation gives; `needs` begins with the column itself."""
    [base] = [each for each in slot.needs if len(each) == 2]
    yield base
    yield (*base, slot.category)
    yield (*base, "type", slot.type)
    if slot.is_plain:
        yield (*base, "plain")
    if slot.is_stored:
        yield (*base, "stored")
    if slot.is_not_null:
        yield (*base, "not null")


T = TypeVar("T", bound=Thing)


class CircleError(Exception):
    """Things need each other."""


@dataclass(frozen=True)
class Model:
    major: int
    things: Mapping[str, Thing]
    serial: int = 0

    def new_key(self, kind: str) -> str:
        return f"{kind}{self.serial}"

    def with_thing(self, thing: Thing) -> "Model":
        return replace(self, things={**self.things, thing.key: thing}, serial=self.serial + 1)

    def without(self, key: str) -> "Model":
        things = {name: each for name, each in self.things.items() if name != key}
        return replace(self, things=things)

    def of(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(each for each in self.things.values() if isinstance(each, kind))

    def get(self, key: str, kind: type[T]) -> T | None:
        found = self.things.get(key)
        return found if isinstance(found, kind) else None

    @cached_property
    def available(self) -> Refs:
        return frozenset(ref for each in self.things.values() for ref in each.gives(self))

    def settled(self) -> "Model":
        """Return the model without what lacks something."""
        here = self
        while (there := here.pruned()) is not here:
            here = there
        return here

    def pruned(self) -> "Model":
        kept = {
            key: left
            for key, each in self.things.items()
            if (left := each.kept(self.available)) is not None and left.fits(self)
        }
        return self if kept == self.things else replace(self, things=kept)

    def ordered(self, dice: Dice) -> list[Thing]:
        """Return the things so that each comes after what it needs, else in any order."""
        needed = {
            key: {ref[0] for ref in each.uses(self) if ref[0] in self.things and ref[0] != key}
            for key, each in self.things.items()
        }
        sorter = TopologicalSorter({key: needed[key] for key in dice.shuffled(needed)})
        order = [self.things[key] for key in sorter.static_order()]
        return sorted(order, key=lambda each: each.stage)

    def script(self, dice: Dice) -> list[str]:
        """Return the statements that make the schema.

        Raises:
            graphlib.CycleError: things need each other.
        """
        return [sql for each in self.ordered(dice) for sql in each.statements(self)]
