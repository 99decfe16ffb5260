"""Answers and profiles that the tests start from."""

import json
from pathlib import Path
from typing import Any

import pytest

from server.engines.profiles.answers import Answers
from server.engines.profiles.library import Library, load_library
from server.shipped import shipped


@pytest.fixture
def leaves() -> dict[str, object]:
    """A small TypeScript team with a SaaS product: every question answered, nothing tripped."""
    return {
        "read_write_ratio": "80:20",
        "p99_qps": 250,
        "tenancy": "shared-multi-tenant",
        "data_sensitivity": "internal",
        "compliance_controls": ["tenant-isolation"],
        "pattern": "modular-monolith",
        "team_size": 8,
        "language": "typescript",
        "sync_model": "sync",
        "rpo": "15 min",
        "rto": "30 min",
        "slo": "99.9%",
        "error_budget_consumer": "Engineering manager",
    }


@pytest.fixture
def services() -> dict[str, object]:
    """An organization that may extract a service."""
    return {
        "read_write_ratio": "70:30",
        "p99_qps": 3000,
        "tenancy": "single",
        "data_sensitivity": "internal",
        "pattern": "services",
        "team_size": 45,
        "platform_team": True,
        "independent_contexts": True,
        "language": "go",
    }


@pytest.fixture
def answers(leaves: dict[str, object]) -> Answers:
    return Answers.from_leaves(leaves)


@pytest.fixture(scope="session")
def built_in() -> Library:
    return load_library(shipped("profiles"))


@pytest.fixture
def profile_json() -> dict[str, Any]:
    """A valid profile file as a custom one would be written."""
    text = shipped("profiles").joinpath("node-express.json").read_text("utf-8")
    return json.loads(text) | {"name": "our-node"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The operator's folder of profiles, empty."""
    path = tmp_path / "profiles"
    path.mkdir()
    return path
