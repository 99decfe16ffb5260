"""One call's experiment: which runs are made, and what is told and written of them."""

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from anyio import to_thread

from server.engines.loadtest.calibration import HOST, calibration_plan
from server.engines.loadtest.compare.baseline import (
    FEWEST_SEGMENTS,
    against_baseline,
    check_recording,
)
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.environment import environment
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.experiment.interleaved import interleaved
from server.engines.loadtest.experiment.limits import MOST_ANSWERS, limits
from server.engines.loadtest.experiment.search import STEPS, search
from server.engines.loadtest.experiment.segment import segment
from server.engines.loadtest.exports.sheet import secrets_of
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.judgment import Goal
from server.engines.loadtest.plan import OpenLoad, Plan
from server.engines.loadtest.rate_limit.expected import parse_quota
from server.engines.loadtest.rate_limit.headers import Quota
from server.engines.loadtest.reach.network import is_loopback
from server.engines.loadtest.run import Run, Stop, measure
from server.engines.loadtest.saved import SavedRun, read_saved, recording, saved_run
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.thresholds import Metric, Threshold, parse_goal
from server.errors import BackendError, InvalidInputError, RefusedError
from server.redaction import Redactor
from server.runs import BackgroundRun, alone
from server.runtime import Runtime
from server.tools.load_arguments import ANY_LIMIT, CheckArguments, LoadArguments
from server.tools.load_figures import load_words, outcomes, second_words
from server.tools.load_files import Kind, Leaving, outputs, with_outputs
from server.tools.load_outcome import Measured, Teller
from server.tools.load_plan import Admitted, Wanted, admitted
from server.tools.load_report import LoadTestReport
from server.workspace import Workspace

_LONGEST_SEGMENT: Final = 3.0  # seconds
_LONGEST_STEP: Final = 5.0  # seconds
_LARGEST_BASELINE: Final = 64 << 20  # bytes
_SHORT_HASH: Final = 12
_MONTH: Final = 30 * 86_400  # seconds
_OVERHEAD: Final = 1.0  # seconds that a run takes beside its load


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that is known before the first request is sent."""

    admitted: Admitted
    second: Admitted | None
    baseline: SavedRun | None
    goals: tuple[Goal, ...]
    load: LoadArguments
    checks: CheckArguments
    files: Mapping[Kind, str]
    runtime: Runtime
    detailed: bool

    @property
    def title(self) -> str:
        """What it is, in a line."""
        return f"load test of {self.admitted.url}"

    @property
    def seconds(self) -> float:
        """About how long it takes."""
        lasting = self.admitted.plan.load.seconds
        if self.second is not None:
            return 2 * self.checks.pairs * (min(lasting, _LONGEST_SEGMENT) + _OVERHEAD)
        if self.checks.find_capacity:
            return (STEPS + 3) * (min(lasting, _LONGEST_STEP) + _OVERHEAD)
        calibrated = self.baseline is not None or Kind.RESULT in self.files
        extra = calibration_plan().load.seconds + _OVERHEAD if calibrated else 0.0
        return lasting + extra + _OVERHEAD

    async def carry_out(self, run: BackgroundRun) -> LoadTestReport:
        """Wait for the machine, measure alone, write and report."""
        stop = Stop()
        teller = Teller(
            self.admitted,
            run.id,
            self.goals,
            Redactor([*self.runtime.settings.secrets, *secrets_of(self.admitted.plan)]),
            self.detailed,
        )
        async with alone(run, self.runtime.gate, stop.set):
            caps = self.admitted.caps
            conduct = Conduct(self._measuring(run, stop), stop, caps.seconds, caps.requests)
            where = environment(await _commit(self.runtime.workspace))
            measured = await self._measured(teller, conduct)
            saved = await self._saved(measured.run, where, conduct)
        if saved is not None and self.baseline is not None:
            measured = _against(self.baseline, self.checks.compare, saved, measured)
        leaving = Leaving(measured, self.goals, saved, where)
        return with_outputs(self.files, leaving, self.runtime.workspace)

    async def _measured(self, teller: Teller, conduct: Conduct) -> Measured:
        plan = self.admitted.plan
        if self.second is not None:
            seconds = min(plan.load.seconds, _LONGEST_SEGMENT)
            sides = (self.admitted, self.second)
            pair = [_one_of(self.checks.pairs, _lasting(each.plan, seconds)) for each in sides]
            compared = await interleaved(pair[0], pair[1], self.checks.pairs, conduct)
            urls = (str(self.admitted.url), str(self.second.url))
            report = teller.of_comparison(compared, urls)
            return Measured.of_comparison(report, compared, self.second.url)
        if self.checks.find_capacity:
            seconds = min(plan.load.seconds, _LONGEST_STEP)
            searched = await search(plan, objective(self.goals), seconds, conduct)
            return Measured.of_search(teller.of_search(searched), searched)
        if self.checks.expect_rate_limit:
            expected = _quota(self.checks.expect_rate_limit)
            limited = await limits(plan, conduct, expected=expected)
            return Measured(teller.of_limits(limited), limited.run)
        run = await conduct.measure(plan, "")
        return Measured(teller.of_run(run), run)

    async def _saved(self, run: Run, where: Environment, conduct: Conduct) -> SavedRun | None:
        """Return the run as it is saved, with a calibration, where anything needs it."""
        if Kind.RESULT not in self.files and self.baseline is None:
            return None
        calibration = None
        if not conduct.stop.is_set:
            calibration = await conduct.measure(calibration_plan(), "calibrating")
        return saved_run(run, load_words(run.plan), outcomes(run), where, calibration)

    def _measuring(self, run: BackgroundRun, stop: Stop) -> Callable[[Plan, str], Awaitable[Run]]:
        async def measured(plan: Plan, label: str) -> Run:
            run.enter(label or "opening connections")

            def watch(frame: Frame) -> None:
                words = second_words(frame, plan.load.seconds)
                run.enter(f"{label}: {words}" if label else words)

            # A calibration is of this machine, and its server listens on loopback only.
            is_near = plan.endpoint.host == HOST or is_loopback(plan.endpoint.address)
            scheduler = "" if is_near else self.runtime.settings.load_scheduler or ""
            return await measure(
                plan, workers=self.load.workers, stop=stop, watch=watch, scheduler=scheduler
            )

        return measured


async def experiment(
    wanted: Wanted,
    checks: CheckArguments,
    files: Sequence[str],
    runtime: Runtime,
    *,
    detailed: bool,
) -> Experiment:
    """Judge and read everything that can be wrong, before any load is sent.

    Raises:
        BackendError: says what is wrong, or not allowed.
    """
    goals = tuple(parse_goal(each) for each in checks.thresholds)
    leaving = outputs(files, runtime.workspace)
    is_url = "://" in checks.compare
    second = await admitted(wanted, runtime, url=checks.compare) if is_url else None
    first = await admitted(wanted, runtime)
    _check_kinds(checks, goals, first.plan)
    for side in (first, second) if second else ():
        _check_turns(side, checks.pairs)
    return Experiment(
        admitted=first,
        second=second,
        baseline=None if is_url else await _baseline(checks.compare, first.plan, runtime),
        goals=goals,
        load=wanted.load,
        checks=checks,
        files=leaving,
        runtime=runtime,
        detailed=detailed,
    )


def _check_turns(side: Admitted, pairs: int) -> None:
    """Refuse a comparison whose segments together take more than one run may."""
    plan = _lasting(side.plan, min(side.plan.load.seconds, _LONGEST_SEGMENT))
    seconds = pairs * plan.load.seconds
    requests = pairs * plan.load.expected if isinstance(plan.load, OpenLoad) else 0
    if seconds > side.caps.seconds or requests > side.caps.requests:
        raise RefusedError(
            f"{pairs} pairs take {seconds:g} s and {requests:,.0f} requests of each side, over the "
            f"{side.caps.seconds:g} s and {side.caps.requests:,} that the operator allows.",
            next_step="Ask for fewer pairs, a shorter duration or a lower rate.",
        )


def _check_kinds(checks: CheckArguments, goals: tuple[Goal, ...], plan: Plan) -> None:
    kinds = [bool(checks.compare), checks.find_capacity, bool(checks.expect_rate_limit)]
    if sum(kinds) > 1:
        raise InvalidInputError(
            "compare, find_capacity and expect_rate_limit are experiments of their own.",
            next_step="Ask for one at a time.",
        )
    if checks.find_capacity:
        objective(goals)
    if (checks.find_capacity or checks.expect_rate_limit) and not isinstance(plan.load, OpenLoad):
        raise InvalidInputError(
            "This takes a rate, not a concurrency.",
            next_step="Give load.rate: the highest to try, or one above the limit.",
        )
    if checks.expect_rate_limit and isinstance(plan.load, OpenLoad):
        _quota(checks.expect_rate_limit)
        _check_recorded(plan.load)


def _quota(text: str) -> Quota | None:
    """Return the limit that the caller says there is; None where any would do."""
    return None if text == ANY_LIMIT else parse_quota(text)


def _check_recorded(load: OpenLoad) -> None:
    if load.expected > MOST_ANSWERS:
        raise InvalidInputError(
            f"{load.expected:,.0f} requests are more than it takes to find a rate limit.",
            next_step=f"Ask for at most {MOST_ANSWERS:,}: a lower rate, or a shorter duration.",
        )


async def _commit(workspace: Workspace) -> str:
    """Return what the code in the workspace is called by git, or nothing."""
    try:
        return (await workspace.git_head())[:_SHORT_HASH]
    except BackendError:
        return ""


async def _baseline(path: str, plan: Plan, runtime: Runtime) -> SavedRun | None:
    """Return the saved result that is compared with; None where none is named."""
    if not path:
        return None
    text = runtime.workspace.read_text(path, limit=_LARGEST_BASELINE)
    # A large one takes its time, and everybody else would wait for it.
    baseline = await to_thread.run_sync(read_saved, text, path)
    recorded = await to_thread.run_sync(recording, baseline)
    check_recording(f"The baseline {path}", recorded)
    if plan.load.seconds <= FEWEST_SEGMENTS:
        raise InvalidInputError(
            f"{plan.load.seconds:g} s are too short to compare with a baseline.",
            next_step=f"Give a duration of at least {FEWEST_SEGMENTS + 1} s.",
        )
    return baseline


def _against(baseline: SavedRun, name: str, saved: SavedRun, measured: Measured) -> Measured:
    try:
        compared = against_baseline(recording(baseline), recording(saved))
    except InvalidInputError as error:  # it was stopped early: what was measured stands
        lines = [f"not compared with the baseline: {error}"]
        return replace(measured, report=measured.report.concluding(lines))
    return measured.against(name, compared)


def _lasting(plan: Plan, seconds: float) -> Plan:
    return replace(plan, load=segment(plan.load, seconds))


def _one_of(segments: int, plan: Plan) -> Plan:
    """Return the plan of one segment, with its part of the requests that all may take."""
    return replace(plan, limits=replace(plan.limits, requests=plan.limits.requests / segments))


def objective(goals: tuple[Goal, ...]) -> Slo:
    """Return the goal that a capacity is found for: an SLO, or a percentile as one.

    Raises:
        InvalidInputError: no goal says when a rate is too high.
    """
    for goal in goals:
        match goal:
            case Slo():
                return goal
            case Threshold(metric=Metric.PERCENTILE, comparison="<" | "<="):
                return Slo(goal.text, Decimal(goal.percent), math.floor(goal.limit), _MONTH)
            case _:
                continue
    raise InvalidInputError(
        "find_capacity needs to know when a rate is too high.",
        next_step="Give a threshold as p99<300ms, or slo: 99.9% < 250ms over 30d.",
    )
