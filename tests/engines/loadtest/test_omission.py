"""A server of exactly known latency, which freezes again and again: what we report is the truth.

A generator that waits for an answer before it goes on sends next to nothing while the server is
frozen, and reports a tail that is a small part of the true one (coordinated omission).
"""

import asyncio
import json
import math
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final, Protocol, cast

import httpx2
import pytest

from server.engines.loadtest.client.engine import Engine, Share
from server.engines.loadtest.client.timetable import timetable
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.plan import Arrivals, ClosedLoad, OpenLoad, Plan, Stage
from server.engines.loadtest.run import measure
from tests.engines.loadtest.plans import plan_for, steady

_EXAM: Final = Path(__file__).parents[4] / "shared" / "exams" / "omission_exam.py"
_TOLERANCE_MS: Final = 20.0
_PERCENTILES: Final = {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99, "p999_ms": 99.9, "max_ms": 100}

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not _EXAM.exists(), reason="needs the exam in ../shared/exams"),
]


class Freezes(Protocol):
    """When the server freezes, and how late it was itself."""

    epoch: float

    def stats(self) -> dict[str, dict[str, float]]: ...


class Exam(Protocol):
    """What the exam's module is used for here; `finish` says when what comes at a time is done."""

    def State(self, loop: asyncio.AbstractEventLoop, model: str) -> Freezes: ...  # ruff: ignore[invalid-function-name] - its name there

    def Srv(self, state: Freezes) -> asyncio.Protocol: ...  # ruff: ignore[invalid-function-name] - its name there

    def finish(self, t: float) -> float: ...


@pytest.fixture
def exam(monkeypatch: pytest.MonkeyPatch) -> Exam:
    """The exam as a module, with a freeze of 0.2 s every second so that it takes two seconds."""
    spec = spec_from_file_location("omission_exam", _EXAM)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "PERIOD", 1.0)
    monkeypatch.setattr(module, "STALL", 0.2)
    return cast("Exam", module)


@asynccontextmanager
async def frozen_now_and_then(exam: Exam) -> AsyncGenerator[tuple[int, Freezes], None]:
    """Serve in this process; yield the port and the state that knows when it freezes."""
    loop = asyncio.get_running_loop()
    state = exam.State(loop, "delay")
    async with await loop.create_server(lambda: exam.Srv(state), "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], state


def skip_if_late(lateness_ms: float) -> None:
    if lateness_ms > _TOLERANCE_MS:
        pytest.skip(f"void: the server itself was {lateness_ms} ms late at p99.9")


async def carried_out_from(plan: Plan, start: int) -> Frame:
    engine = Engine(plan, Share())
    await engine.warm_up()
    frames: list[Frame] = []
    await engine.run(start, frames.append)
    return total(frames)


def at_rank(latencies: list[float], percent: float) -> float:
    rank = math.ceil(round(percent * len(latencies) / 100, 6))
    return sorted(latencies)[max(1, rank) - 1]


@pytest.mark.parametrize("arrivals", Arrivals)
async def test_the_reported_response_times_are_the_true_ones(
    exam: Exam, arrivals: Arrivals
) -> None:
    load = OpenLoad(200, (Stage(2, 200),), arrivals, seed=7)
    async with frozen_now_and_then(exam) as (port, state):
        plan = plan_for(port, load)
        due = timetable(load, plan.targets).due / 1e9
        start = time.monotonic_ns() + 100_000_000
        intended = start / 1e9 - state.epoch + due
        truth = [1e3 * (exam.finish(t) - t) for t in intended.tolist()]
        frame = await carried_out_from(plan, start)
        skip_if_late(state.stats()["server_lateness_ms"]["p999"])

    # A request that was sent late is answered late, which is told apart as lag.
    tolerance = _TOLERANCE_MS + frame.lag.highest / 1e3
    told = {percent: frame.response.percentile(percent) / 1e3 for percent in (50, 75, 90, 99, 100)}
    assert frame.response.count == frame.taken == len(due)
    assert told == {
        percent: pytest.approx(at_rank(truth, percent), abs=tolerance) for percent in told
    }


async def test_the_exam_tells_a_generator_that_waits_for_answers(exam: Exam) -> None:
    async with frozen_now_and_then(exam) as (port, state):
        frame = await carried_out_from(plan_for(port, ClosedLoad(5, 2)), time.monotonic_ns())
        skip_if_late(state.stats()["server_lateness_ms"]["p999"])

    # A tenth of all who come at any moment wait for more than 100 ms.
    assert frame.response.percentile(90) < 60_000


@contextmanager
def served_apart() -> Generator[int, None, None]:
    """Run the exam's own server in a process of its own; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, str(_EXAM), "serve", "--port", str(port), "--for", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert json.loads(server.stdout.readline())["port"] == port
            yield port
        finally:
            server.terminate()


def graded(report: Path) -> tuple[int, list[object]]:
    """Return the exit code of the exam's own grading, and what it found wrong."""
    arguments = [str(report), "--rate", "200", "--duration", "10", "--tol-ms", str(_TOLERANCE_MS)]
    result = subprocess.run(
        [sys.executable, str(_EXAM), "grade", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    return result.returncode, json.loads(result.stdout)["wrong"]


# The exam's own grading needs whole periods of five seconds.
@pytest.mark.corpus
async def test_the_exam_passes_what_we_report_of_a_constant_rate(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with served_apart() as port:
        run = await measure(plan_for(port, steady(200, 10)), watch=lambda _: None)
        async with httpx2.AsyncClient() as client:
            stats = (await client.get(f"http://127.0.0.1:{port}/stats")).json()
    skip_if_late(stats["server_lateness_ms"]["p999"])
    response = run.total.response
    told = {name: response.percentile(percent) / 1e3 for name, percent in _PERCENTILES.items()}
    report.write_text(json.dumps(told | {"count": response.count}), "ascii")

    assert graded(report) == (0, [])
    assert (run.planned, run.total.taken, response.count, stats["answered"]) == (2_000,) * 4
