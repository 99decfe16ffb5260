"""Which kind of values a clone is filled with, and which tables stay empty."""

from dataclasses import dataclass
from enum import StrEnum

_MOST_LEFT_OUT = 3  # tries, each of which takes a clone of its own


class Flavor(StrEnum):
    """How much the rows ask of a plan; a plan that fails on one is tried on the next."""

    RICH = "values at the edges of their types"
    """Long texts, fractions, large numbers: what a careless change of a type would spoil."""
    TAME = "small values that most other types can hold"
    EMPTY = "no rows"


@dataclass(frozen=True, slots=True)
class RowsToTry:
    """One attempt: the rows, and the tables that get none because theirs stopped the plan."""

    flavor: Flavor = Flavor.RICH
    left_out: frozenset[tuple[str, ...]] = frozenset()
    attempt: int = 0

    def next(self, stuck: frozenset[tuple[str, ...]]) -> "RowsToTry | None":
        """Return what to try when rows of the tables `stuck` failed too; None after no rows."""
        match self.flavor:
            case Flavor.EMPTY:
                return None
            case Flavor.RICH:
                return RowsToTry(Flavor.TAME)
            case Flavor.TAME if stuck - self.left_out and self.attempt < _MOST_LEFT_OUT:
                return RowsToTry(Flavor.TAME, self.left_out | stuck, self.attempt + 1)
            case Flavor.TAME:
                return RowsToTry(Flavor.EMPTY)
