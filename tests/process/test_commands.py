"""Every tool as a subcommand: the same report, the same refusals, exit codes for scripts."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from server.tools.registry import tools
from tests.process.processes import COMMAND, eventually, loaders, traces_of

ANSWERS = (
    *("recommend-profile", "--read-write-ratio", "80:20", "--p99-qps", "100"),
    *("--tenancy", "single", "--data-sensitivity", "internal", "--pattern", "monolith"),
    *("--team-size", "5", "--language", "python"),
)


def run(
    workspace: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=workspace,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "COLUMNS": "200", **(environment or {})},
    )


def test_help_names_every_tool_as_a_command(workspace: Path) -> None:
    words = run(workspace, "--help").stdout

    assert {tool.name for tool in tools() if tool.name.replace("_", "-") in words} == {
        tool.name for tool in tools()
    }


def test_a_command_prints_the_report_that_a_model_reads(workspace: Path) -> None:
    ran = run(workspace, "analyze-schema", "file:schema.sql")

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("# Schema analysis of `file:schema.sql`")
    assert "unindexed-foreign-key" in ran.stdout


def test_json_is_the_structured_result_and_nothing_else(workspace: Path) -> None:
    ran = run(workspace, "analyze-schema", "file:schema.sql", "--severity", "warning", "--json")

    report = json.loads(ran.stdout)
    assert {finding["severity"] for finding in report["findings"]} <= {"error", "warning"}
    assert report["total"] == len(report["findings"]) > 0


def test_a_group_of_arguments_is_flattened_into_options(workspace: Path) -> None:
    ran = run(workspace, *ANSWERS, "--json")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["profile"] in {"django-monolith", "fastapi-python"}
    assert (workspace / ".senior-backend" / "decision.json").is_file()


def test_a_refusal_goes_to_stderr_and_ends_with_two(workspace: Path) -> None:
    ran = run(workspace, "recommend-profile", "--tenancy", "single")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "p99_qps" in ran.stderr


def test_a_wrong_value_is_named_by_its_path_and_not_repeated(workspace: Path) -> None:
    ran = run(workspace, *ANSWERS, "--p99-qps", "hunter2")

    assert ran.returncode == 2
    assert "- load.p99_qps: " in ran.stderr
    assert "hunter2" not in ran.stderr


def test_an_unknown_argument_is_no_option(workspace: Path) -> None:
    ran = run(workspace, "analyze-schema", "empty", "--bogus", "x")

    assert ran.returncode == 2
    assert "--bogus" in ran.stderr


def test_an_unknown_command_is_answered_with_the_nearest_one(workspace: Path) -> None:
    ran = run(workspace, "analyse-schema", "empty")

    assert ran.returncode == 2
    assert "Did you mean 'analyze-schema'?" in ran.stderr


def test_no_option_is_cut_where_the_terminal_is_narrow(workspace: Path) -> None:
    ran = run(workspace, "recommend-profile", "--help", environment={"COLUMNS": "60"})

    assert "--independent-contexts" in ran.stdout
    assert "--error-budget-consumer" in ran.stdout


def test_a_terminal_that_lacks_a_character_gets_an_escape(workspace: Path) -> None:
    plain = {"PYTHONIOENCODING": "ascii"}

    ran = run(workspace, *ANSWERS, environment=plain)
    as_json = run(workspace, *ANSWERS, "--json", environment=plain)

    assert ran.returncode == 0, ran.stderr
    assert r"L = \u03bb W" in ran.stdout
    assert "L = λ W" in json.loads(as_json.stdout)["capacity"]["concurrency"]


def test_a_reader_that_leaves_early_sees_no_traceback(workspace: Path) -> None:
    with subprocess.Popen(
        [COMMAND, *ANSWERS], cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()

    assert b"Traceback" not in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_stopped_leaves_nothing(workspace: Path, number: signal.Signals) -> None:
    (workspace / "slow.sql").write_text("DO $$ BEGIN PERFORM pg_sleep(60); END $$;")
    with subprocess.Popen(
        [COMMAND, "analyze-schema", "file:slow.sql"], cwd=workspace, stderr=subprocess.DEVNULL
    ) as process:
        assert eventually(lambda: bool(loaders(process.pid)))
        traces = traces_of(process.pid)

        process.send_signal(number)

        assert traces.vanish_within(), traces.left


def test_an_unknown_setting_ends_before_anything_is_done(workspace: Path) -> None:
    ran = run(workspace, "analyze-schema", "empty", environment={"SENIOR_BACKEND_WRITABL": "1"})

    assert ran.returncode == 2
    assert "Unknown setting 'writabl'" in ran.stderr


@pytest.mark.parametrize("folder", ["/", str(Path.home())])
def test_a_workspace_that_is_everything_is_refused(workspace: Path, folder: str) -> None:
    ran = run(workspace, "analyze-schema", "empty", "--workspace", folder)

    assert ran.returncode == 2
    assert folder in ran.stderr


def test_sse_without_http_is_refused(workspace: Path) -> None:
    ran = run(workspace, "serve", "--sse")

    assert ran.returncode == 2
    assert "--http" in ran.stderr
