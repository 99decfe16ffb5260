"""What holds for every set of answers."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from server.engines.profiles.answers import Answers
from server.engines.profiles.choices import (
    Control,
    Language,
    Pattern,
    Sensitivity,
    SyncModel,
    Tenancy,
)
from server.engines.profiles.digest import MOST_WORDS, digest
from server.engines.profiles.library import load_library
from server.engines.profiles.profile import Profile
from server.engines.profiles.questions import tripped
from server.engines.profiles.ranking import assess
from server.engines.profiles.recommendation import recommend
from server.errors import RefusedError
from server.shipped import shipped

# The time of one example says nothing on a shared machine.
steady = settings(deadline=None)

PROFILES = load_library(shipped("profiles")).profiles
SERVICE = next(each for each in PROFILES if each.name == "go-or-rust-microservice")
EVERY_CONTROL = tuple(Control)

sizes = st.integers(1, 100_000)
rates = st.integers(1, 10_000_000)
minutes = st.integers(0, 10_000).map(lambda count: f"{count} min")
ratios = st.tuples(st.integers(0, 100), st.integers(1, 100)).map(lambda p: f"{p[0]}:{p[1]}")
controls = st.lists(st.sampled_from(Control), unique=True)
names = st.text(min_size=1, max_size=80)
settled = {
    "read_write_ratio": ratios,
    "p99_qps": rates,
    "tenancy": st.sampled_from(Tenancy),
    "data_sensitivity": st.sampled_from(Sensitivity),
    "pattern": st.sampled_from(Pattern),
}
further: dict[Any, st.SearchStrategy[Any]] = {
    "team_size": sizes,
    "language": st.sampled_from(Language),
    "sync_model": st.sampled_from(SyncModel),
    "consuming_teams": st.lists(names, max_size=3),
    "platform_team": st.booleans(),
    "independent_contexts": st.booleans(),
    "compliance_controls": controls,
    "rpo": minutes,
    "rto": minutes,
    "slo": st.sampled_from(["90%", "99.5%", "99.9%", "99.99%", "100%"]),
    "error_budget_consumer": names,
}
any_answers = st.fixed_dictionaries(settled, optional=further).map(Answers.from_leaves)
# Answers that trip nothing: each control works, nobody is unnamed, services are grown up.
sound_answers = st.fixed_dictionaries(
    {
        **settled,
        "read_write_ratio": st.sampled_from(["100:0", "80:20", "0:100"]),
        "p99_qps": st.integers(1, 10_000),
        "team_size": st.integers(30, 100_000),
        "platform_team": st.just(value=True),
        "independent_contexts": st.just(value=True),
        "compliance_controls": st.just(EVERY_CONTROL),
    },
    optional={
        "language": st.sampled_from(Language),
        "sync_model": st.sampled_from([SyncModel.SYNC, SyncModel.ASYNC]),
        "rpo": minutes,
        "rto": minutes,
    },
).map(Answers.from_leaves)


@steady
@given(any_answers, st.permutations(PROFILES))
def test_a_tripped_kill_criterion_dominates_every_score(
    answers: Answers, profiles: list[Profile]
) -> None:
    assume(tripped(answers))

    with pytest.raises(RefusedError, match="no score outweighs"):
        recommend(answers, profiles)


@steady
@given(any_answers, sizes, sizes)
def test_the_score_of_services_never_falls_as_the_team_grows(
    answers: Answers, one: int, other: int
) -> None:
    small, large = sorted((one, other))

    assert score(answers, {"team_size": small}) <= score(answers, {"team_size": large})


@steady
@given(any_answers, rates, rates)
@example(Answers.from_leaves({}), 1, 10_000_000)
def test_the_score_of_services_never_falls_as_the_rate_grows(
    answers: Answers, one: int, other: int
) -> None:
    low, high = sorted((one, other))

    assert score(answers, {"p99_qps": low}) <= score(answers, {"p99_qps": high})


@steady
@given(sound_answers, sizes, rates)
def test_services_that_fit_still_fit_when_team_and_rate_grow(
    answers: Answers, team: int, rate: int
) -> None:
    grown = answers.with_leaves(
        {
            "pattern": Pattern.SERVICES,
            "team_size": max(team, answers.team.team_size or 0),
            "p99_qps": max(rate, 10_000),
        }
    )

    assert recommend(grown, PROFILES).profile is SERVICE


def score(answers: Answers, changes: Mapping[str, object]) -> float:
    return assess(SERVICE, answers.with_leaves(changes)).score


@steady
@given(sound_answers, st.randoms(use_true_random=False))
def test_the_recommendation_does_not_depend_on_the_order_of_the_profiles(
    answers: Answers, shuffler: random.Random
) -> None:
    shuffled = list(PROFILES)
    shuffler.shuffle(shuffled)

    assert recommend(answers, shuffled) == recommend(answers, PROFILES)


@steady
@given(sound_answers)
def test_a_score_is_the_sum_of_its_terms_and_at_most_100(answers: Answers) -> None:
    ranked = recommend(answers, PROFILES).ranked

    assert [each.score for each in ranked] == [
        round(sum(term.points for term in each.terms), 1) for each in ranked
    ]
    assert all(0 <= each.score <= 100 for each in ranked)


@steady
@given(sound_answers)
def test_a_recommendation_always_states_its_targets(answers: Answers) -> None:
    aims = recommend(answers, PROFILES).targets

    assert 0 < aims.p50_ms < aims.p95_ms < aims.p99_ms
    assert 50 <= aims.slo.percent < 100
    assert aims.rpo.seconds >= 0
    assert aims.rto.seconds >= 0


@steady
@given(sound_answers)
def test_the_digest_has_at_most_200_words(answers: Answers) -> None:
    assert 40 < len(digest(recommend(answers, PROFILES)).split()) <= MOST_WORDS
