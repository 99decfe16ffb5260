"""The walk through the seven questions: one at a time, stopped by a kill criterion."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from server.engines.profiles.answers import Answers
from server.engines.profiles.questions import (
    QUESTION_OF,
    QUESTIONS,
    Question,
    Tripped,
    tripped,
    unanswered,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """Texts read as answers, and what was wrong with those that are none."""

    answers: Answers
    complaints: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask this question next; `complaints` says what was wrong with an answer already given."""

    question: Question
    fields: tuple[str, ...]
    complaints: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Stop:
    """Go no further before these are resolved."""

    tripped: tuple[Tripped, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """Every question is settled."""


Step = Ask | Stop | Finish


def read(texts: Mapping[str, str]) -> Reading:
    """Read each text by itself, so that one bad answer hides no other."""
    values: dict[str, object] = {}
    complaints: dict[str, str] = {}
    for leaf, text in texts.items():
        try:
            values[leaf] = Answers.from_leaves({leaf: text}).leaf(leaf)
        except ValidationError as error:
            reason = error.errors(include_url=False, include_input=False)[0]["msg"]
            complaints[leaf] = reason.removeprefix("Value error, ")
    return Reading(Answers.from_leaves(values), complaints)


def next_step(reading: Reading) -> Step:
    """Decide what comes next: a bad answer again, a stop, the first open question, or the end."""
    asked = {QUESTION_OF[leaf].id for leaf in reading.complaints}
    for question in QUESTIONS:
        if question.id in asked:
            return _ask(question, reading)
    if stopped := tripped(reading.answers):
        return Stop(stopped)
    if still_open := unanswered(reading.answers):
        return _ask(still_open[0], reading)
    return Finish()


def _ask(question: Question, reading: Reading) -> Ask:
    wrong = {
        leaf: reason for leaf, reason in reading.complaints.items() if QUESTION_OF[leaf] is question
    }
    return Ask(question, question.unanswered(reading.answers), wrong)
