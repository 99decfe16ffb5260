"""A load test as a command: for scripts, its exit code says whether the goals were reached."""

import json
import subprocess
from pathlib import Path

import anyio
import pytest

from tests.engines.loadtest.origin import ok, origin
from tests.process.processes import COMMAND

pytestmark = pytest.mark.anyio


async def run(workspace: Path, port: int, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    url = f"http://127.0.0.1:{port}/"
    with anyio.fail_after(60):
        return await anyio.run_process(
            [COMMAND, "load-test", url, "--rate", "20", "--duration", "1", *arguments],
            cwd=workspace,
            check=False,
        )


@pytest.mark.parametrize(
    ("threshold", "code"), [("rate>=15/s", 0), ("rate>=1000/s", 1)], ids=["reached", "missed"]
)
async def test_the_exit_code_says_whether_the_goal_was_reached(
    workspace: Path, threshold: str, code: int
) -> None:
    async with origin(ok) as server:
        ran = await run(workspace, server.port, "--thresholds", threshold, "--json")
    report = json.loads(ran.stdout)

    if report["void"]:  # the machine was too busy to send in time: then nothing may be claimed
        code = 2
    assert ran.returncode == code, ran.stderr
    assert report["figures"]["answered"] == 20


async def test_what_is_not_allowed_ends_with_two_and_sends_nothing(workspace: Path) -> None:
    async with origin(ok) as server:
        ran = await run(workspace, server.port, "--thresholds", "p99 is fine")

        assert ran.returncode == 2
        assert b"Valid: p50" in ran.stderr
        assert not server.heads
