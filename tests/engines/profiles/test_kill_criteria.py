"""Each kill criterion: what trips it, and what resolves it."""

from typing import Any

import pytest

from server.engines.profiles.answers import Answers
from server.engines.profiles.choices import Sensitivity
from server.engines.profiles.kill_criteria import COMPLIANCE_FLOOR
from server.engines.profiles.questions import QUESTIONS, tripped

CRITERIA = [criterion for question in QUESTIONS for criterion in question.kill_criteria]
TRIPPING: dict[str, list[dict[str, Any]]] = {
    "writes-beyond-one-primary": [
        {"read_write_ratio": "0:100", "p99_qps": 10_001},
        {"read_write_ratio": "50:50", "p99_qps": "1m", "pattern": "monolith"},
    ],
    "shared-tenancy-without-isolation": [
        {"tenancy": "shared-multi-tenant", "data_sensitivity": "phi"},
        {"tenancy": "shared-multi-tenant", "data_sensitivity": "pci"},
    ],
    "isolated-tenancy-by-hand": [
        {"tenancy": "isolated-multi-tenant"},
        {"tenancy": "isolated-multi-tenant", "compliance_controls": ["tenant-isolation"]},
    ],
    "events-without-consumers": [
        {"sync_model": "event-driven"},
        {"sync_model": "event-driven", "consuming_teams": ["Billing"]},
        {"sync_model": "event-driven", "consuming_teams": ["Billing", "billing "]},
        {"sync_model": "event-driven", "consuming_teams": ["Billing", "TBD"]},
    ],
    "below-the-compliance-floor": [
        {"data_sensitivity": "phi"},
        {"data_sensitivity": "pci", "compliance_controls": ["baa"]},
        {
            "data_sensitivity": "phi",
            "compliance_controls": COMPLIANCE_FLOOR[Sensitivity.PHI][1:],
        },
    ],
    "services-too-early": [
        {"pattern": "services"},
        {
            "pattern": "services",
            "team_size": 29,
            "platform_team": True,
            "independent_contexts": True,
        },
        {
            "pattern": "services",
            "team_size": 30,
            "platform_team": False,
            "independent_contexts": True,
        },
        {"pattern": "services", "team_size": 30, "platform_team": True},
    ],
    "zero-loss-without-standby": [{"rpo": "0"}, {"rpo": "0 s"}],
    "recovery-faster-than-people": [{"rto": "4 min"}, {"rto": "0"}],
    "slo-without-consumer": [
        {"slo": "99.9%"},
        {"slo": "99.9%", "error_budget_consumer": "n/a"},
    ],
    "slo-without-budget": [{"slo": "100%", "team_size": 50, "error_budget_consumer": "Kim"}],
    "slo-beyond-the-rotation": [
        {"slo": "99.99%", "error_budget_consumer": "Kim"},
        {"slo": "99.999%", "error_budget_consumer": "Kim", "team_size": 7},
    ],
}
HOLDING: dict[str, list[dict[str, Any]]] = {
    "writes-beyond-one-primary": [
        {"read_write_ratio": "0:100", "p99_qps": 10_000},
        {"read_write_ratio": "0:100", "p99_qps": "1m", "pattern": "services"},
        {"read_write_ratio": "100:0", "p99_qps": "10m"},
    ],
    "shared-tenancy-without-isolation": [
        {"tenancy": "single", "data_sensitivity": "phi"},
        {"tenancy": "shared-multi-tenant", "data_sensitivity": "pii"},
        {
            "tenancy": "shared-multi-tenant",
            "data_sensitivity": "phi",
            "compliance_controls": ["tenant-isolation"],
        },
    ],
    "isolated-tenancy-by-hand": [
        {"tenancy": "isolated-multi-tenant", "compliance_controls": ["tenant-automation"]},
    ],
    "events-without-consumers": [
        {"sync_model": "event-driven", "consuming_teams": ["Billing", "Search"]},
        {"sync_model": "async"},
    ],
    "below-the-compliance-floor": [
        {"data_sensitivity": "pii"},
        *(
            {"data_sensitivity": tier, "compliance_controls": floor}
            for tier, floor in COMPLIANCE_FLOOR.items()
        ),
    ],
    "services-too-early": [
        {"pattern": "modular-monolith"},
        {
            "pattern": "services",
            "team_size": 30,
            "platform_team": True,
            "independent_contexts": True,
        },
    ],
    "zero-loss-without-standby": [
        {"rpo": "1 s"},
        {"rpo": "0", "compliance_controls": ["synchronous-standby"]},
    ],
    "recovery-faster-than-people": [
        {"rto": "5 min"},
        {"rto": "10 s", "compliance_controls": ["automatic-failover"]},
    ],
    "slo-without-consumer": [{"slo": "99.9%", "error_budget_consumer": "Kim"}, {}],
    "slo-without-budget": [{"slo": "99.999999%"}],
    "slo-beyond-the-rotation": [{"slo": "99.98%"}, {"slo": "99.99%", "team_size": 8}],
}


def ids(leaves: dict[str, Any]) -> set[str]:
    return {each.criterion.id for each in tripped(Answers.from_leaves(leaves))}


@pytest.mark.parametrize(
    ("criterion", "leaves"),
    [(criterion, leaves) for criterion, cases in TRIPPING.items() for leaves in cases],
)
def test_a_criterion_trips(criterion: str, leaves: dict[str, Any]) -> None:
    assert criterion in ids(leaves)


@pytest.mark.parametrize(
    ("criterion", "leaves"),
    [(criterion, leaves) for criterion, cases in HOLDING.items() for leaves in cases],
)
def test_a_criterion_holds(criterion: str, leaves: dict[str, Any]) -> None:
    assert criterion not in ids(leaves)


@pytest.mark.parametrize("cases", [TRIPPING, HOLDING], ids=["tripping", "holding"])
def test_every_criterion_has_its_cases(cases: dict[str, list[dict[str, Any]]]) -> None:
    assert set(cases) == {criterion.id for criterion in CRITERIA}


def test_evidence_names_the_absent_controls() -> None:
    (found,) = tripped(
        Answers.from_leaves({"data_sensitivity": "pci", "compliance_controls": ["audit-log"]})
    )

    (evidence,) = found.evidence
    assert evidence == (
        "compliance_controls lacks card-tokenization, network-segmentation, access-control, "
        "encryption-in-transit, vulnerability-scanning"
    )


def test_no_answers_trip_nothing() -> None:
    assert tripped(Answers()) == ()
