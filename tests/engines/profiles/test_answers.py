"""Answers: parsed once, in groups or by leaf, and written back as they were given."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from server.engines.profiles.answers import GROUP_OF, VALID, Answers, argument, shown
from server.engines.profiles.choices import Control, Pattern, Tenancy
from server.engines.profiles.quantities import Rate

# The time of one example says nothing on a shared machine.
steady = settings(deadline=None)

STATED: dict[str, object] = {
    "read_write_ratio": "2:1",
    "p99_qps": 1200,
    "tenancy": "single",
    "data_sensitivity": "pii",
    "compliance_controls": ["baa"],
    "pattern": "services",
    "sync_model": "async",
    "consuming_teams": ["Billing", "Search"],
    "language": "go",
    "team_size": 40,
    "platform_team": True,
    "independent_contexts": False,
    "rpo": "1.5 min",
    "rto": "1.5 h",
    "slo": "99.95%",
    "error_budget_consumer": "Kim",
}


def test_every_answer_returns_in_the_form_the_tool_takes() -> None:
    answers = Answers.from_leaves(STATED)

    assert {leaf: argument(answers.leaf(leaf)) for leaf in GROUP_OF} == STATED


def test_what_is_stated_is_grouped_as_arguments_that_parse_to_the_same_answers() -> None:
    answers = Answers.from_leaves(STATED)

    again = Answers.model_validate(json.loads(json.dumps(answers.stated())))

    assert again == answers


@steady
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "p99_qps": st.integers(1, 10_000_000) | st.integers(1, 999_999).map(lambda n: n / 1000),
            "read_write_ratio": st.tuples(st.integers(0, 999), st.integers(1, 999)).map(
                lambda pair: f"{pair[0]}:{pair[1]}"
            ),
            "rpo": st.integers(0, 31_536_000).map(lambda n: f"{n} s"),
            "slo": st.integers(50_000, 100_000).map(lambda n: f"{n / 1000}%"),
            "team_size": st.integers(1, 100_000),
            "platform_team": st.booleans(),
            "compliance_controls": st.lists(st.sampled_from(Control), min_size=1, unique=True),
        },
    )
)
def test_an_answer_as_it_is_shown_parses_back_to_itself(leaves: dict[str, object]) -> None:
    answers = Answers.from_leaves(leaves)

    again = Answers.from_leaves({leaf: shown(answers.leaf(leaf)) for leaf in leaves})

    assert again == answers


@pytest.mark.parametrize("text", ["Shared Multi_Tenant", " SHARED-MULTI-TENANT "])
def test_a_choice_is_read_in_any_case_and_with_blanks(text: str) -> None:
    assert Answers.from_leaves({"tenancy": text}).data.tenancy is Tenancy.SHARED


def test_a_list_may_be_one_text_with_commas_and_a_name_counts_once() -> None:
    answers = Answers.from_leaves({"consuming_teams": "Search, search ,Billing,"})

    assert answers.architecture.consuming_teams == ("search", "Billing")


@pytest.mark.parametrize("leaf", sorted(GROUP_OF))
def test_a_blank_is_no_answer(leaf: str) -> None:
    assert Answers.from_leaves({leaf: " "}).leaf(leaf) is None


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        ("p99_qps", {"per_second": 1e308}),
        ("rpo", {"seconds": -1}),
        ("slo", {"percent": 1e9}),
        ("read_write_ratio", {"reads": 0, "writes": 0}),
        ("p99_qps", True),
        pytest.param("p99_qps", 10**5000, id="5,001 digits"),
        ("team_size", 2.5),
        ("team_size", 1e308),
        ("tenancy", "multi"),
        ("compliance_controls", ["sso"]),
        ("platform_team", "maybe"),
        ("consuming_teams", [str(n) for n in range(21)]),
        ("consuming_teams", "," * 100_000),
        ("error_budget_consumer", 7),
    ],
)
def test_a_wrong_value_is_refused_with_the_valid_ones(leaf: str, value: object) -> None:
    with pytest.raises(ValidationError, match="valid: "):
        Answers.from_leaves({leaf: value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@steady
@given(st.sampled_from(sorted(GROUP_OF)), JSON)
def test_any_json_value_is_an_answer_or_a_validation_error(leaf: str, value: object) -> None:
    with suppress(ValidationError):
        assert len(shown(Answers.from_leaves({leaf: value}).leaf(leaf))) < 2_000


def test_every_answer_says_what_is_valid() -> None:
    assert set(VALID) == set(GROUP_OF)


@pytest.mark.parametrize("none", ["none", []])
def test_no_controls_at_all_is_an_answer(none: object) -> None:
    assert Answers.from_leaves({"compliance_controls": none}).data.compliance_controls == ()


def test_an_unknown_member_of_a_group_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"load\.qps"):
        Answers.model_validate({"load": {"qps": 5}})


def test_adding_answers_keeps_the_others() -> None:
    answers = Answers.from_leaves({"p99_qps": 5, "consuming_teams": ["a", "b"], "rpo": "1 h"})

    added = answers.with_leaves({"pattern": "services"})

    assert added == Answers.from_leaves(
        {"p99_qps": 5, "consuming_teams": ["a", "b"], "rpo": "1 h", "pattern": "services"}
    )


def test_the_schema_offers_choices_and_no_null() -> None:
    schema: dict[str, Any] = Answers.model_json_schema()

    assert "null" not in json.dumps(schema)
    assert schema["$defs"]["Architecture"]["properties"]["pattern"]["enum"] == [*Pattern]


def test_a_whole_rate_is_given_as_an_integer() -> None:
    assert argument(Rate(250.0)) == 250
