"""A brief: answers that nothing indispensable is missing from and no kill criterion trips."""

from dataclasses import dataclass
from typing import Self, TypeVar

from server.engines.profiles.answers import VALID, Answers
from server.engines.profiles.choices import Pattern, Sensitivity, Tenancy
from server.engines.profiles.quantities import Rate, ReadWriteRatio
from server.engines.profiles.questions import (
    QUESTION_OF,
    Question,
    Tripped,
    missing,
    tripped,
    unanswered,
)
from server.errors import InvalidInputError, RefusedError

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Brief:
    """What a recommendation starts from: the indispensable answers, and all the others."""

    ratio: ReadWriteRatio
    rate: Rate
    tenancy: Tenancy
    sensitivity: Sensitivity
    pattern: Pattern
    answers: Answers

    @classmethod
    def of(cls, answers: Answers) -> Self:
        """Check the answers, kill criteria first: they hold whatever else is still missing.

        Raises:
            RefusedError: a kill criterion trips; says which, why and how to resolve it.
            InvalidInputError: an indispensable answer is missing; says which question asks it.
        """
        if stopped := tripped(answers):
            raise RefusedError(refusal(stopped))
        return cls(
            ratio=_given(answers.load.read_write_ratio, answers),
            rate=_given(answers.load.p99_qps, answers),
            tenancy=_given(answers.data.tenancy, answers),
            sensitivity=_given(answers.data.data_sensitivity, answers),
            pattern=_given(answers.architecture.pattern, answers),
            answers=answers,
        )

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions that are not settled."""
        return unanswered(self.answers)

    @property
    def write_rate(self) -> float:
        """Writes per second at the p99 rate."""
        return self.rate.per_second * self.ratio.write_share

    @property
    def read_rate(self) -> float:
        """Reads per second at the p99 rate."""
        return self.rate.per_second * self.ratio.read_share


def refusal(stopped: tuple[Tripped, ...]) -> str:
    """Write why nothing is recommended: one paragraph a kill criterion."""
    count = "a kill criterion trips" if len(stopped) == 1 else f"{len(stopped)} kill criteria trip"
    paragraphs = [
        f"{each.question.id} {each.criterion.id}: {each.criterion.rule} "
        f"Found: {'; '.join(each.evidence)}. To resolve: {each.criterion.remedy} "
        f"Source: {each.criterion.source}."
        for each in stopped
    ]
    return "\n".join([f"Nothing is recommended: {count}, and no score outweighs it.", *paragraphs])


def complaint(fields: tuple[str, ...]) -> str:
    """Write which indispensable answers are missing, and which question asks each."""
    lines = [
        f"- {field} ({QUESTION_OF[field].id} {QUESTION_OF[field].title}): {VALID[field]}"
        for field in fields
    ]
    return "\n".join(["Nothing is recommended before these answers are given:", *lines])


def _given(value: _Value | None, answers: Answers) -> _Value:
    if value is None:
        raise InvalidInputError(
            complaint(missing(answers)),
            next_step="\nThe prompt forcing_questions asks them one at a time, with a default.",
        )
    return value
