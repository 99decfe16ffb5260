"""The tool that sends load and says what it proves."""

import asyncio
from typing import Annotated

import anyio
from pydantic import Field

from server.errors import InvalidInputError
from server.runs import BackgroundRun
from server.tools.load_arguments import (
    Action,
    CheckArguments,
    LoadArguments,
    OutputArguments,
    RequestArguments,
    RunArguments,
    TargetArguments,
)
from server.tools.load_experiment import experiment
from server.tools.load_plan import Wanted
from server.tools.load_report import LoadTestReport
from server.tools.tool import Call, Detail, Tool

_LOOK = 0.25  # seconds between two looks at a run
_FIRST_WORDS = 3.0  # seconds that a call waits for a run that will outlast it


async def load_test(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    url: Annotated[str, Field(description="http(s) URL to request")] = "",
    *,
    request: Annotated[RequestArguments, Field(description="the request")] = RequestArguments(),
    targets: Annotated[
        tuple[TargetArguments, ...], Field(description="instead of url: several, by weight")
    ] = (),
    load: Annotated[LoadArguments, Field(description="how much")] = LoadArguments(),
    checks: Annotated[CheckArguments, Field(description="goals")] = CheckArguments(),
    output: Annotated[OutputArguments, Field(description="files")] = OutputArguments(),
    run: Annotated[RunArguments, Field(description="a run that goes on")] = RunArguments(),
    detail: Annotated[Detail, Field(description="detailed adds each second")] = Detail.CONCISE,
) -> LoadTestReport:
    """Send HTTP load and measure latency from when each request was due.

    Loopback is free over stdio; other hosts only as the operator set. A run whose generator was
    the limit is void and says so. Longer than 45 s: the answer has a run_id; call again with
    run.id for the result, progress, or to cancel.
    """
    runtime = call.runtime
    if run.id:
        found = runtime.runs.find(run.id, runtime.principal)
        return await _followed(call, found, run.action, detail)
    wanted = Wanted.of(url, request, targets, load)
    detailed = detail is Detail.DETAILED
    planned = await experiment(wanted, checks, output, runtime, detailed=detailed)
    begun = runtime.runs.begin(runtime.principal, planned.title, planned.carry_out)
    longest = runtime.patience if planned.seconds <= runtime.patience else _FIRST_WORDS
    return await _waited(call, begun, longest, detail)


async def _followed(
    call: Call, run: BackgroundRun, action: Action, detail: Detail
) -> LoadTestReport:
    if action is Action.CANCEL:
        run.stop()
    longest = 0.0 if action is Action.PROGRESS else call.runtime.patience
    return await _waited(call, run, longest, detail)


async def _waited(call: Call, run: BackgroundRun, longest: float, detail: Detail) -> LoadTestReport:
    """Wait for a run and tell its progress; a caller who leaves stops it."""
    try:
        with anyio.move_on_after(longest):
            while not run.ended.is_set():
                call.stage(run.stage)
                with anyio.move_on_after(_LOOK):
                    await run.ended.wait()
    except asyncio.CancelledError:
        run.stop()
        raise
    if not run.ended.is_set():
        return _running(run)
    report = run.outcome
    if not isinstance(report, LoadTestReport):
        raise InvalidInputError(f"Run {run.id} is no load test.")
    return report.showing(detail)


def _running(run: BackgroundRun) -> LoadTestReport:
    return LoadTestReport(
        run_id=run.id,
        status="running",
        reason=run.stage,
        next_steps=(
            f'load_test with run={{"id": "{run.id}"}} waits for the result.',
            f'run={{"id": "{run.id}", "action": "progress"}} or "cancel" does not wait.',
        ),
    )


TOOL = Tool(
    name="load_test",
    title="Measure latency and capacity under load",
    run=load_test,
    read_only=False,
    idempotent=False,
    open_world=True,
)
