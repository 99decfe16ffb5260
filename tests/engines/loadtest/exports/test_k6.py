"""Exported k6 scripts, read and run by the real k6."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from server.engines.loadtest.exports.k6 import k6_script
from server.engines.loadtest.exports.sheet import Script
from server.engines.loadtest.plan import ClosedLoad, Message, OpenLoad, Stage, Target
from server.engines.loadtest.thresholds import parse_goal
from tests.engines.loadtest.exports.plans import HOSTILE, SECRET, plan
from tests.engines.loadtest.exports.recording import Asked, recording

Ran = subprocess.CompletedProcess[str]
K6 = Path(sys.executable).with_name("k6")

pytestmark = pytest.mark.skipif(not K6.exists(), reason="k6 has no wheel for this machine")


def k6(folder: Path, script: Script, *arguments: str, **environment: str) -> Ran:
    file = folder / "load.js"
    file.write_text(script.text)
    return subprocess.run(
        [K6, *arguments, file],
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def inspected(folder: Path, script: Script) -> dict[str, Any]:
    found = k6(folder, script, "inspect")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_a_constant_rate_allocates_users_by_littles_law(tmp_path: Path) -> None:
    options = inspected(tmp_path, k6_script(plan(), latency=0.5))

    assert options["scenarios"]["load"] == {
        "executor": "constant-arrival-rate",
        "rate": 20,
        "timeUnit": "1s",
        "duration": "1s",
        "preAllocatedVUs": 10,
        "maxVUs": 200,
        "startTime": None,
        "gracefulStop": None,
        "env": None,
        "exec": None,
        "tags": None,
    }


def test_stages_ramp_in_a_unit_in_which_rates_are_whole(tmp_path: Path) -> None:
    load = OpenLoad(0.5, (Stage(10, 2.25), Stage(0.5, 2.25), Stage(5, 0)))

    scenario = inspected(tmp_path, k6_script(plan(load)))["scenarios"]["load"]

    assert (scenario["executor"], scenario["timeUnit"]) == ("ramping-arrival-rate", "4s")
    assert scenario["startRate"] == 2
    assert scenario["stages"] == [
        {"target": 9, "duration": "10s"},
        {"target": 9, "duration": "500ms"},
        {"target": 0, "duration": "5s"},
    ]


def test_users_who_wait_are_virtual_users(tmp_path: Path) -> None:
    scenario = inspected(tmp_path, k6_script(plan(ClosedLoad(7, 3))))["scenarios"]["load"]

    assert (scenario["executor"], scenario["vus"], scenario["duration"]) == (
        "constant-vus",
        7,
        "3s",
    )


def test_goals_are_thresholds_that_k6_understands(tmp_path: Path) -> None:
    goals = map(
        parse_goal,
        [
            "p99<300ms",
            "p99.9 <= 1s",
            "mean<1.5ms",
            "max<2s",
            "error_rate<0.001%",
            "rate>=1000000/s",
            "slo: 99.9% < 250ms over 30d",
        ],
    )

    assert inspected(tmp_path, k6_script(plan(), goals))["thresholds"] == {
        "http_req_duration": ["p(99)<300", "p(99.9)<=1000", "avg<1.5", "max<2000"],
        "http_req_failed": ["rate<0.00001"],
        "http_reqs": ["rate>=1000000"],
        "slo_1": ["rate>=0.999"],
    }


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    message = Message(
        "GET", "/" + HOSTILE, (("X-Note", HOSTILE),), HOSTILE.encode(errors="replace")
    )
    hostile = k6_script(plan(targets=(Target(HOSTILE, (message,)),)))

    inspected(tmp_path, hostile)

    assert hostile.text.isascii()
    assert "</" not in hostile.text


def test_no_secret_is_in_the_script() -> None:
    script = k6_script(plan())

    assert SECRET not in script.text
    assert "other" not in script.text
    assert script.variables == (
        "LOADTEST_AUTHORIZATION",
        "LOADTEST_X_API_KEY",
        "LOADTEST_AUTHORIZATION_2",
    )


def test_a_run_sends_what_the_plan_says_and_judges_it(tmp_path: Path) -> None:
    goals = [parse_goal(text) for text in ("error_rate<1%", "slo: 99% < 9s over 1d")]
    with recording({"/items": 409}) as (port, asked):
        ran = k6(
            tmp_path,
            k6_script(plan(OpenLoad(100, (Stage(1, 100),)), port=port), goals),
            "run",
            "--no-usage-report",
            "--address=",
            "--quiet",
            LOADTEST_AUTHORIZATION=SECRET,
            LOADTEST_X_API_KEY="abc",
            LOADTEST_AUTHORIZATION_2="Basic other",
        )

    assert ran.returncode == 0, ran.stderr
    assert 90 <= len(asked) <= 110
    assert set(asked) == {
        Asked("GET", "/items?page=1", "", b""),
        Asked("GET", "/items?page=2", SECRET, b""),
        Asked("POST", "/items", "Basic other", '{"ä": 1}'.encode()),
        Asked("PUT", "/blob", "", b"\x00\xff\xfe"),
    }


def test_a_run_without_its_secrets_says_which_are_missing(tmp_path: Path) -> None:
    ran = k6(tmp_path, k6_script(plan()), "run", "--no-usage-report", "--address=", "--quiet")

    assert ran.returncode != 0
    assert "LOADTEST_AUTHORIZATION, LOADTEST_X_API_KEY, LOADTEST_AUTHORIZATION_2" in ran.stderr
