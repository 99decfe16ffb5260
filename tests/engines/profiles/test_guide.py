"""The guide is written from the questions, and the file that ships is what they give."""

from server.engines.profiles.guide import guide
from server.engines.profiles.questions import QUESTIONS
from server.shipped import shipped


def test_the_guide_that_ships_is_the_one_the_questions_give() -> None:
    text = shipped("references").joinpath("forcing_questions.md").read_text("utf-8")

    assert text == guide(), (
        'write it anew: python -c "from server.engines.profiles.guide import guide; '
        "open('references/forcing_questions.md', 'w').write(guide())\""
    )


def test_the_guide_has_every_question_with_its_kill_criteria() -> None:
    parts = [
        part
        for question in QUESTIONS
        for part in (
            f"## {question.id}. {question.title}\n",
            question.question,
            question.default,
            *(f"`{criterion.id}`" for criterion in question.kill_criteria),
        )
    ]

    assert [part for part in parts if part not in guide()] == []
