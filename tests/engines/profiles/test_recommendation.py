"""The recommendation: refused, incomplete or whole, with its warnings and approvers."""

import pytest

from server.engines.profiles.answers import Answers
from server.engines.profiles.digest import digest
from server.engines.profiles.library import Library
from server.engines.profiles.recommendation import Recommendation, recommend
from server.errors import InvalidInputError, RefusedError, UnavailableError

INDISPENSABLE = {
    "read_write_ratio": "Q1",
    "p99_qps": "Q1",
    "tenancy": "Q2",
    "data_sensitivity": "Q4",
    "pattern": "Q5",
}


def found(leaves: dict[str, object], library: Library) -> Recommendation:
    return recommend(Answers.from_leaves(leaves), library.profiles)


@pytest.mark.parametrize(("leaf", "question"), INDISPENSABLE.items())
def test_without_an_indispensable_answer_it_refuses_and_names_the_question(
    built_in: Library, leaves: dict[str, object], leaf: str, question: str
) -> None:
    with pytest.raises(InvalidInputError, match=rf"- {leaf} \({question} "):
        found(leaves | {leaf: None}, built_in)


def test_everything_that_is_missing_is_named_at_once(built_in: Library) -> None:
    with pytest.raises(InvalidInputError) as refused:
        recommend(Answers(), built_in.profiles)

    assert str(refused.value).count("\n- ") == len(INDISPENSABLE)


def test_a_kill_criterion_is_told_before_what_is_missing(built_in: Library) -> None:
    with pytest.raises(RefusedError, match="Q5 services-too-early"):
        recommend(Answers.from_leaves({"pattern": "services"}), built_in.profiles)


def test_every_tripped_criterion_is_told_with_evidence_remedy_and_source(
    built_in: Library, leaves: dict[str, object]
) -> None:
    with pytest.raises(RefusedError) as refused:
        found(leaves | {"pattern": "services", "slo": "100%"}, built_in)

    told = str(refused.value)
    assert told.startswith("Nothing is recommended: 2 kill criteria trip")
    assert "Found: team_size: 8 (at least 30); platform_team: not stated" in told
    assert told.count("To resolve: ") == told.count("Source: ") == 2


def test_all_answers_make_it_complete(built_in: Library, leaves: dict[str, object]) -> None:
    recommendation = found(leaves, built_in)

    assert recommendation.is_complete
    assert recommendation.targets.assumed == ()


@pytest.mark.parametrize(
    ("changes", "question", "assumed"),
    [
        ({"rpo": None, "rto": None}, "Q6", ("rpo", "rto")),
        ({"rto": None}, "Q6", ("rto",)),
        ({"slo": None, "error_budget_consumer": None}, "Q7", ("slo",)),
    ],
)
def test_without_q6_or_q7_it_is_incomplete_and_points_back_to_the_question(
    built_in: Library,
    leaves: dict[str, object],
    changes: dict[str, object],
    question: str,
    assumed: tuple[str, ...],
) -> None:
    recommendation = found(leaves | changes, built_in)

    assert not recommendation.is_complete
    assert [line[:2] for line in recommendation.open_questions] == [question]
    assert recommendation.targets.assumed == assumed
    assert f"Open: {question}." in digest(recommendation)


def test_stated_objectives_take_the_place_of_the_profiles(
    built_in: Library, leaves: dict[str, object]
) -> None:
    aims = found(leaves | {"slo": "99.5%", "rpo": "1 h", "rto": "2 h"}, built_in).targets

    assert (str(aims.slo), str(aims.rpo), str(aims.rto)) == ("99.5%", "1 h", "2 h")
    assert (aims.p50_ms, aims.p95_ms, aims.p99_ms) == (80, 250, 600)


@pytest.mark.parametrize(
    ("changes", "warning"),
    [
        ({"data_sensitivity": "pii"}, "Personal data without access-control"),
        ({"compliance_controls": []}, "Shared tables without tenant-isolation"),
        ({"rto": "1 h"}, "One recovery of 1 h (RTO) spends more than the 43.2 min"),
        ({"slo": "99.95%", "rto": "10 min"}, "Stricter than node-express: SLO 99.95%"),
        ({"p99_qps": 5000}, "108 connections exceed PostgreSQL's default max_connections"),
        ({"language": None}, "No language was stated: it is worth 35 of 100 points"),
        ({"language": "go"}, "0 of 35 points for the language you prefer (go)"),
        ({"team_size": None}, "Not verified, because it was not stated: team_size under 15"),
        ({"team_size": 40}, "Outside node-express's own limits (team_size under 15 engineers)"),
    ],
)
def test_a_risk_that_does_not_kill_is_a_warning(
    built_in: Library, leaves: dict[str, object], changes: dict[str, object], warning: str
) -> None:
    before = found(leaves, built_in).warnings
    after = found(leaves | changes, built_in).warnings

    assert before == ()
    assert any(each.startswith(warning) or warning in each for each in after)


def test_services_with_many_writes_are_told_to_answer_for_each_service(
    built_in: Library, services: dict[str, object]
) -> None:
    warnings = found(services | {"p99_qps": 100_000}, built_in).warnings

    assert any(each.startswith("30,000 writes/s over all services") for each in warnings)


@pytest.mark.parametrize(
    ("sensitivity", "officer"),
    [("pii", "Data protection officer"), ("internal", "Tech lead")],
)
def test_it_names_who_must_approve_a_schema_migration_last(
    built_in: Library, leaves: dict[str, object], sensitivity: str, officer: str
) -> None:
    approvals = found(leaves | {"data_sensitivity": sensitivity}, built_in).approvals

    assert {each.change: each.chain for each in approvals}["schema migration"][-1] == officer


def test_the_digest_says_that_nothing_is_approved(
    built_in: Library, leaves: dict[str, object]
) -> None:
    assert "Nothing is approved: Tech lead, then Engineering manager" in digest(
        found(leaves, built_in)
    )


def test_without_profiles_it_says_so(answers: Answers) -> None:
    with pytest.raises(UnavailableError, match="no profile"):
        recommend(answers, [])
