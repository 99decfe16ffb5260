"""The tool that sends load and says what it proves."""

import asyncio
from typing import Annotated

import anyio
from pydantic import BeforeValidator, Field

from server.errors import InvalidInputError
from server.runs import BackgroundRun
from server.tools.load_arguments import (
    HOW_MUCH,
    OBJECTS,
    Action,
    CheckArguments,
    LoadArguments,
    RequestArguments,
    TargetArguments,
    several,
)
from server.tools.load_report import LoadTestReport
from server.tools.tool import Call, Detail, Tool

_LOOK = 0.25  # seconds between two looks at a run
_FIRST_WORDS = 3.0  # seconds that a call waits for a run that will outlast it


async def load_test(  # ruff: ignore[too-many-arguments] - one parameter a concern
    call: Call,
    url: Annotated[str, Field(description="http(s) URL to request")] = "",
    *,
    request: Annotated[RequestArguments, Field(description="how it looks")] = RequestArguments(),
    targets: Annotated[
        tuple[TargetArguments, ...],
        BeforeValidator(several),
        HOW_MUCH,
        OBJECTS,
        Field(description="several instead of url: [{url, weight, name, members of request}]"),
    ] = (),
    load: Annotated[LoadArguments, Field(description=HOW_MUCH)] = LoadArguments(),
    checks: Annotated[CheckArguments, Field(description="goals, experiments")] = CheckArguments(),
    attack: Annotated[
        str, Field(description="instead of load: login, input_validation or headers")
    ] = "",
    files: Annotated[
        tuple[str, ...],
        BeforeValidator(several),
        Field(description="to write: .html report, .json result, .hlog, .js for k6, .py Locust"),
    ] = (),
    run_id: Annotated[str, Field(description="a run that goes on")] = "",
    action: Annotated[Action, Field(description="with run_id; result waits")] = Action.RESULT,
    detail: Annotated[Detail, Field(description="detailed adds each second")] = Detail.CONCISE,
) -> LoadTestReport:
    """Send HTTP load and measure latency from when each request was due.

    Loopback is free over stdio; other hosts only as the operator set. A run whose generator was
    the limit is void and says so. What outlasts 45 s answers with a run_id: call again with it.
    """
    # Only who sends load pays for numpy and the clients, not everybody who starts the server.
    from server.tools.load_attack import attack_on
    from server.tools.load_experiment import experiment
    from server.tools.load_plan import Wanted

    runtime = call.runtime
    if run_id:
        found = runtime.runs.find(run_id, runtime.principal)
        return await _followed(call, found, action, detail)
    wanted = Wanted.of(url, request, targets, load)
    detailed = detail is Detail.DETAILED
    planned = (
        await attack_on(attack, wanted, checks, files, runtime)
        if attack
        else await experiment(wanted, checks, files, runtime, detailed=detailed)
    )
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
            f"load_test with run_id={run.id} waits for the result.",
            "With action=progress it does not wait; action=cancel ends it with what there is.",
        ),
    )


TOOL = Tool(
    name="load_test",
    title="Measure latency and capacity under load",
    run=load_test,
    read_only=False,
    idempotent=False,
    open_world=True,
    subject="url",
)
