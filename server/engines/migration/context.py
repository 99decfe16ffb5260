"""What a kind may look at while it writes its statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import FieldChange
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity

F = TypeVar("F", bound=Fact)


class Strategy(StrEnum):
    """What a plan prefers."""

    ONLINE = "online"
    """More and smaller steps, during which programs go on reading and writing."""
    DIRECT = "direct"
    """The plain form: few statements, however long they lock."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names that something bears, before the plan or after it."""

    old: frozenset[str]
    new: frozenset[str]

    def __contains__(self, name: object) -> bool:
        return name in self.old or name in self.new


@dataclass(frozen=True, slots=True)
class Context:
    """Both schemas, and what becomes of their objects."""

    old: Catalog
    new: Catalog
    strategy: Strategy = Strategy.ONLINE
    created: frozenset[Identity] = frozenset()
    """What the plan creates, or drops and creates again."""
    dropped: frozenset[Identity] = frozenset()
    """What the plan drops, or drops and creates again."""
    values: Mapping[Identity, str] = field(default_factory=dict[Identity, str])
    """Expressions that somebody gave for columns of rows which are there."""
    folded: frozenset[Identity] = frozenset()
    """Parts that the statement creating their parent brings along."""
    shared_names: frozenset[tuple[str, str]] = frozenset()
    """Schemas and names of constraints that more than one table has, before or after."""
    answers: dict[object, object] = field(
        default_factory=dict[object, object], init=False, compare=False, repr=False
    )
    """What was costly to find out, and is asked again; it holds for no other context."""

    @property
    def major(self) -> int:
        """The major version of the server that both schemas were read from."""
        return self.new.major

    @property
    def is_online(self) -> bool:
        """Whether tables that are there must stay usable."""
        return self.strategy is Strategy.ONLINE

    @property
    def names(self) -> Names:
        """What is called something, so that what stands there for a while is called otherwise."""
        return Names(self.old.names, self.new.names)

    def is_created(self, identity: Identity | None) -> bool:
        """Whether the plan creates it, so that nobody else uses it yet."""
        return identity in self.created

    def is_dropped(self, identity: Identity | None) -> bool:
        """Whether the plan drops it, perhaps to create it again."""
        return identity in self.dropped


@dataclass(frozen=True, slots=True)
class Change(Generic[F]):
    """One object that both schemas have, with other values in some fields."""

    old: F
    new: F
    fields: tuple[FieldChange, ...]

    @property
    def names(self) -> frozenset[str]:
        """The fields that differ."""
        return frozenset(change.field for change in self.fields)

    def only(self, *names: str) -> bool:
        """Whether nothing beyond these fields differs."""
        return self.names <= frozenset(names)
