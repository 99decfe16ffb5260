"""Scores, their order, and the runner-up."""

from typing import Any

import pytest

from server.engines.profiles.answers import Answers
from server.engines.profiles.library import Library
from server.engines.profiles.profile import Profile
from server.engines.profiles.ranking import assess, rank, runner_up


def order(leaves: dict[str, object], library: Library) -> list[str]:
    return [each.profile.name for each in rank(Answers.from_leaves(leaves), library.profiles)]


def test_every_term_is_shown_with_what_was_stated(built_in: Library, answers: Answers) -> None:
    scored = assess(built_in.profile("node-express"), answers)

    assert {term.factor: (term.stated, term.points, term.weight) for term in scored.terms} == {
        "language": ("typescript", 35, 35),
        "pattern": ("modular-monolith", 15, 15),
        "tenancy": ("shared-multi-tenant", 15, 15),
        "p99_qps": ("250 req/s", 15, 15),
        "team_size": ("8 engineers", 10, 10),
        "sync_model": ("sync", 10, 10),
    }
    assert scored.score == 100


def test_what_is_not_stated_earns_nothing(built_in: Library, leaves: dict[str, object]) -> None:
    scored = assess(
        built_in.profile("node-express"), Answers.from_leaves(leaves | {"language": None})
    )

    assert (scored.terms[0].stated, scored.terms[0].points, scored.score) == ("not stated", 0, 65)


def test_half_way_down_a_ramp_earns_half(built_in: Library, leaves: dict[str, object]) -> None:
    scored = assess(
        built_in.profile("node-express"), Answers.from_leaves(leaves | {"p99_qps": 1750})
    )

    assert [term.points for term in scored.terms if term.factor == "p99_qps"] == [7.5]


@pytest.mark.parametrize(
    ("changes", "best"),
    [
        ({}, "node-express"),
        ({"language": "python", "sync_model": "async"}, "fastapi-python"),
        (
            {"language": "python", "pattern": "monolith", "read_write_ratio": "95:5"},
            "django-monolith",
        ),
        ({"team_size": 16, "language": "python", "sync_model": "async"}, "fastapi-python"),
        ({"team_size": 22, "language": "typescript"}, "django-monolith"),
    ],
)
def test_the_answers_decide(
    built_in: Library, leaves: dict[str, object], changes: dict[str, object], best: str
) -> None:
    assert order(leaves | changes, built_in)[0] == best


def test_a_large_organization_extracting_a_busy_context_gets_a_service(
    built_in: Library, services: dict[str, object]
) -> None:
    assert order(services, built_in)[0] == "go-or-rust-microservice"


def test_a_profile_inside_its_constraints_comes_before_a_higher_score_outside(
    built_in: Library, leaves: dict[str, object]
) -> None:
    ranked = rank(Answers.from_leaves(leaves | {"team_size": 16}), built_in.profiles)

    assert [len(each.failed) for each in ranked] == [0, 0, 1, 3]
    assert ranked[2].profile.name == "node-express"
    assert ranked[2].score > ranked[0].score


def test_a_constraint_whose_answer_is_missing_is_unverified_and_not_failed(
    built_in: Library, leaves: dict[str, object]
) -> None:
    scored = assess(
        built_in.profile("node-express"), Answers.from_leaves(leaves | {"team_size": None})
    )

    assert scored.failed == ()
    assert [str(each) for each in scored.unverified] == ["team_size under 15 engineers"]


CLOSE: dict[str, object] = {"language": "python", "sync_model": None, "read_write_ratio": "85:15"}


def test_a_second_within_15_percent_is_a_runner_up_with_its_trade_off(
    built_in: Library, leaves: dict[str, object]
) -> None:
    second = runner_up(rank(Answers.from_leaves(leaves | CLOSE), built_in.profiles))

    assert second is not None
    assert second.candidate.profile.name == "fastapi-python"
    assert "fits better on pattern and worse on none" in second.trade_off
    assert "500 ms instead of 800 ms" in second.trade_off
    assert "Stating sync_model may decide" in second.trade_off


def test_a_second_that_is_further_behind_is_none(built_in: Library, answers: Answers) -> None:
    assert runner_up(rank(answers, built_in.profiles)) is None


def test_a_close_second_outside_its_constraints_is_none(
    built_in: Library, leaves: dict[str, object]
) -> None:
    crowded = leaves | CLOSE | {"team_size": 20}

    assert runner_up(rank(Answers.from_leaves(crowded), built_in.profiles)) is None


def test_a_single_profile_has_no_runner_up(built_in: Library, answers: Answers) -> None:
    assert runner_up(rank(answers, built_in.profiles[:1])) is None


@pytest.mark.parametrize(("weight", "close"), [(85, ["second"]), (84, [])])
def test_15_percent_is_counted_from_the_best_score(
    profile_json: dict[str, Any], answers: Answers, weight: int, close: list[str]
) -> None:
    def profile(name: str, points: int) -> Profile:
        fits = {"kind": "match", "reason": "r", "factor": "language", "fit": {"typescript": 1}}
        misses = {"kind": "match", "reason": "r", "factor": "tenancy", "fit": {"single": 1}}
        terms = [fits | {"weight": points}, misses | {"weight": 100 - points}]
        return Profile.model_validate(
            profile_json | {"name": name, "terms": terms[: 1 if points == 100 else 2]}, strict=False
        )

    second = runner_up(rank(answers, [profile("second", weight), profile("best", 100)]))

    assert [each.candidate.profile.name for each in (second,) if each] == close
