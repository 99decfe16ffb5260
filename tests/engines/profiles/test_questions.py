"""The seven questions as data: complete, sourced, and each answer asked exactly once."""

from collections import Counter

import pytest

from server.engines.profiles.answers import GROUP_OF, Answers
from server.engines.profiles.questions import (
    INDISPENSABLE,
    QUESTION_OF,
    QUESTIONS,
    Question,
    missing,
    unanswered,
)

each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.id)


def test_there_are_seven_in_order() -> None:
    assert [question.id for question in QUESTIONS] == [f"Q{n}" for n in range(1, 8)]


def test_every_answer_is_asked_by_a_question() -> None:
    assert set(QUESTION_OF) == set(GROUP_OF)


def test_no_answer_settles_two_questions() -> None:
    counts = Counter(field for question in QUESTIONS for field in question.fields)

    assert set(counts.values()) == {1}


def test_the_indispensable_answers_are_those_the_tool_refuses_without() -> None:
    assert INDISPENSABLE == (
        "read_write_ratio",
        "p99_qps",
        "tenancy",
        "data_sensitivity",
        "pattern",
    )


@each_question
def test_a_question_has_a_default_a_canon_and_a_kill_criterion(question: Question) -> None:
    assert question.question.endswith("?")
    assert question.default
    assert question.kill_criteria
    assert all(1950 < source.year <= 2026 for source in question.canon)


@each_question
def test_a_question_is_open_until_all_its_fields_are_answered(
    question: Question, leaves: dict[str, object]
) -> None:
    last = question.fields[-1]

    assert question.unanswered(Answers.from_leaves(leaves)) == ()
    assert question.unanswered(Answers.from_leaves(leaves | {last: None})) == (last,)


def test_nothing_answered_leaves_seven_open_and_five_missing() -> None:
    assert len(unanswered(Answers())) == 7
    assert missing(Answers()) == INDISPENSABLE
