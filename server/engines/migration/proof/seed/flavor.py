"""Which kind of values a clone is filled with."""

from enum import StrEnum


class Flavor(StrEnum):
    """How much the rows ask of a plan; a plan that fails on one is tried on the next."""

    RICH = "values at the edges of their types"
    """Long texts, fractions, large numbers: what a careless change of a type would spoil."""
    TAME = "small values that most other types can hold"
    EMPTY = "no rows"
