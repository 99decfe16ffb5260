"""Scoring terms: how many points of its weight an answer earns a profile."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from server.engines.profiles.answers import Answers
from server.engines.profiles.factors import UNITS, Amount, Trait, amount, trait
from server.engines.profiles.parts import Line, Part, refuse_unknown
from server.engines.profiles.quantities import plain

Weight = Annotated[int, Field(ge=1, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Point = Annotated[float, Field(ge=0, le=10_000_000)]


class Match(Part):
    """Earns the share of its weight that `fit` gives the stated word; nothing for other words."""

    kind: Literal["match"]
    factor: Trait
    weight: Weight
    fit: Annotated[Mapping[str, Share], Field(min_length=1, max_length=20)]
    reason: Line

    @model_validator(mode="after")
    def _words_exist(self) -> Self:
        refuse_unknown(self.fit, self.factor)
        return self

    def stated(self, answers: Answers) -> str | None:
        """Return the answer this term looks at, in words."""
        return trait(answers, self.factor)

    def points(self, answers: Answers) -> float:
        """Return the points earned, from 0 to the weight; 0 for what is not stated."""
        return self.weight * self.fit.get(trait(answers, self.factor) or "", 0.0)


class Ramp(Part):
    """Earns all of its weight at `full_at`, nothing at `zero_at`, in proportion between them."""

    kind: Literal["ramp"]
    factor: Amount
    weight: Weight
    full_at: Point
    zero_at: Point
    reason: Line

    @model_validator(mode="after")
    def _has_a_slope(self) -> Self:
        if self.full_at == self.zero_at:
            raise ValueError("full_at and zero_at are equal; a ramp needs a slope")
        return self

    @property
    def is_rising(self) -> bool:
        """Tell whether more earns more."""
        return self.full_at > self.zero_at

    def stated(self, answers: Answers) -> str | None:
        """Return the answer this term looks at, with its unit."""
        number = amount(answers, self.factor)
        return None if number is None else f"{plain(number)} {UNITS[self.factor]}"

    def points(self, answers: Answers) -> float:
        """Return the points earned, from 0 to the weight; 0 for what is not stated."""
        number = amount(answers, self.factor)
        if number is None:
            return 0.0
        share = (number - self.zero_at) / (self.full_at - self.zero_at)
        return self.weight * min(1.0, max(0.0, share))


Term = Annotated[Match | Ramp, Field(discriminator="kind")]
