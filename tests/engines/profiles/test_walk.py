"""The walk: one question at a time, a bad answer again, a stop at a kill criterion, an end."""

from server.engines.profiles.questions import QUESTIONS
from server.engines.profiles.walk import Ask, Finish, Stop, next_step, read

TEXTS = {
    "read_write_ratio": "80:20",
    "p99_qps": "250",
    "tenancy": "single",
    "sync_model": "sync",
    "data_sensitivity": "internal",
    "pattern": "modular-monolith",
    "team_size": "8",
    "rpo": "15 min",
    "rto": "30 min",
    "slo": "99.9%",
    "error_budget_consumer": "Kim",
}


def asked(texts: dict[str, str]) -> str:
    step = next_step(read(texts))
    assert isinstance(step, Ask)
    return step.question.id


def test_answering_what_is_asked_walks_the_seven_questions_in_order() -> None:
    given = [
        {leaf: TEXTS[leaf] for question in QUESTIONS[:count] for leaf in question.fields}
        for count in range(7)
    ]

    assert [asked(texts) for texts in given] == [question.id for question in QUESTIONS]


def test_the_walk_ends_after_the_seventh() -> None:
    assert next_step(read(TEXTS)) == Finish()


def test_answers_given_out_of_order_are_not_asked_for() -> None:
    del (texts := dict(TEXTS))["tenancy"]

    assert asked(texts) == "Q2"


def test_half_an_answer_asks_for_the_other_half() -> None:
    step = next_step(read({"p99_qps": "250"}))

    assert isinstance(step, Ask)
    assert step.fields == ("read_write_ratio",)


def test_a_bad_answer_is_asked_for_again_with_its_complaint() -> None:
    step = next_step(read(TEXTS | {"rpo": "soon", "pattern": "services"}))

    assert isinstance(step, Ask)
    assert step.question.id == "Q6"
    assert step.complaints["rpo"].startswith("valid: a number with its unit")


def test_a_kill_criterion_stops_the_walk_before_earlier_open_questions() -> None:
    step = next_step(read({"pattern": "services"}))

    assert isinstance(step, Stop)
    assert [each.criterion.id for each in step.tripped] == ["services-too-early"]
