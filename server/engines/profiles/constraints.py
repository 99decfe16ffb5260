"""Constraints: the limits inside which a profile was designed."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from server.engines.profiles.answers import Answers
from server.engines.profiles.factors import UNITS, Amount, Trait, amount, trait
from server.engines.profiles.parts import Line, Part, refuse_unknown
from server.engines.profiles.quantities import plain

Limit = Annotated[float, Field(ge=0, le=10_000_000)]


class Verdict(StrEnum):
    """Whether a constraint holds; `open` when the answer it asks for was not given."""

    MET = "met"
    FAILED = "failed"
    OPEN = "open"


class Under(Part):
    """The amount must be below `limit`."""

    rule: Literal["under"]
    factor: Amount
    limit: Limit
    reason: Line

    def verdict(self, answers: Answers) -> Verdict:
        """Compare the answer with the limit."""
        stated = amount(answers, self.factor)
        return Verdict.OPEN if stated is None else _met(holds=stated < self.limit)

    def __str__(self) -> str:
        return f"{self.factor} under {plain(self.limit)} {UNITS[self.factor]}"


class Minimum(Part):
    """The amount must reach `limit`."""

    rule: Literal["at_least"]
    factor: Amount
    limit: Limit
    reason: Line

    def verdict(self, answers: Answers) -> Verdict:
        """Compare the answer with the limit."""
        stated = amount(answers, self.factor)
        return Verdict.OPEN if stated is None else _met(holds=stated >= self.limit)

    def __str__(self) -> str:
        return f"{self.factor} at least {plain(self.limit)} {UNITS[self.factor]}"


class OneOf(Part):
    """The trait must be one of `values`."""

    rule: Literal["one_of"]
    factor: Trait
    values: Annotated[tuple[str, ...], Field(min_length=1, max_length=20)]
    reason: Line

    @model_validator(mode="after")
    def _values_exist(self) -> Self:
        refuse_unknown(self.values, self.factor)
        return self

    def verdict(self, answers: Answers) -> Verdict:
        """Compare the answer with the values."""
        stated = trait(answers, self.factor)
        return Verdict.OPEN if stated is None else _met(holds=stated in self.values)

    def __str__(self) -> str:
        return f"{self.factor} {' or '.join(self.values)}"


Constraint = Annotated[Under | Minimum | OneOf, Field(discriminator="rule")]


def _met(*, holds: bool) -> Verdict:
    return Verdict.MET if holds else Verdict.FAILED
