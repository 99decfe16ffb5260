"""A profile file: what its model accepts and what it refuses, by field."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from server.engines.profiles.choices import Pattern
from server.engines.profiles.library import Library
from server.engines.profiles.profile import Profile


def changed(profile: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return a profile with the member at a dotted path replaced."""
    *parents, last = path.split(".")
    inner: Any = profile
    for part in parents:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[int(last) if last.isdigit() else last] = value
    return profile


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("name", "Our Node", "should match pattern"),
        ("name", "../../etc", "should match pattern"),
        ("title", "two\nlines", "should match pattern"),
        ("title", "\x1b[31mred", "should match pattern"),
        ("title", "x" * 81, "at most 80 characters"),
        ("summary", "x" * 241, "at most 240 characters"),
        ("surprise", 1, "Extra inputs are not permitted"),
        ("thresholds.p95_ms", 700, "p50_ms < p95_ms < p99_ms must hold"),
        ("thresholds.p99_ms", "600", "valid number"),
        ("thresholds.p99_ms", float("nan"), "finite number"),
        ("thresholds.slo_percent", 100, "less than 100"),
        ("thresholds.rpo_minutes", -1, "greater than or equal to 0"),
        ("terms.0.weight", 36, "the terms' weights add up to 101, not 100"),
        ("terms.0.weight", 0, "greater than or equal to 1"),
        ("terms.0.fit", {"cobol": 1}, "language is never 'cobol'; valid: go, "),
        ("terms.0.fit", {"go": 1.5}, "less than or equal to 1"),
        ("terms.0.factor", "tenancy", "tenancy is never 'typescript'"),
        ("terms.0.factor", "mood", "Input should be 'language'"),
        ("terms.3.full_at", 3000, "a ramp needs a slope"),
        ("terms.3.factor", "team_size", "two terms look at the same factor"),
        ("constraints.0.rule", "over", "Input tag 'over'"),
        ("constraints.0.limit", 1e308, "less than or equal to 10000000"),
        ("constraints.1.values", ["microservices"], "pattern is never 'microservices'"),
        ("constraints.1.values", ["services"], "the p99_qps term falls"),
        ("sizing.requests_in_flight_per_instance", 0, "greater than or equal to 1"),
        ("sizing.connection_hold_ms", 0, "greater than 0"),
        ("stack", [], "at least 1 item"),
        ("approvers.stack_change", [], "at least 1 item"),
        ("reviewed", "yesterday", "valid date"),
    ],
)
def test_a_wrong_member_is_refused(
    profile_json: dict[str, Any], path: str, value: object, reason: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate_json(json.dumps(changed(profile_json, path, value)))

    assert reason in str(refused.value)


def test_a_missing_member_is_refused(profile_json: dict[str, Any]) -> None:
    del profile_json["approvers"]

    with pytest.raises(ValidationError, match="approvers"):
        Profile.model_validate_json(json.dumps(profile_json))


def test_a_profile_without_a_pattern_constraint_accepts_services_and_must_gain_from_size(
    profile_json: dict[str, Any],
) -> None:
    del profile_json["constraints"][1]

    with pytest.raises(ValidationError, match="but the profile accepts services"):
        Profile.model_validate_json(json.dumps(profile_json))


@pytest.mark.parametrize(
    ("name", "p99_ms"),
    [
        ("node-express", 600),
        ("fastapi-python", 500),
        ("django-monolith", 800),
        ("go-or-rust-microservice", 200),
    ],
)
def test_a_built_in_profile_promises_its_latency(
    built_in: Library, name: str, p99_ms: float
) -> None:
    assert built_in.profile(name).thresholds.p99_ms == p99_ms


def test_only_the_service_profile_accepts_services(built_in: Library) -> None:
    accepting = [each.name for each in built_in.profiles if each.accepts(Pattern.SERVICES)]

    assert accepting == ["go-or-rust-microservice"]


def test_no_built_in_profile_promises_what_its_own_recovery_breaks(built_in: Library) -> None:
    budgets = {
        each.name: (100 - each.thresholds.slo_percent) / 100 * 43_200 - each.thresholds.rto_minutes
        for each in built_in.profiles
    }

    assert [name for name, rest in budgets.items() if rest < 0] == []
