"""From what an experiment measured to what the caller is told."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from server.engines.loadtest.capacity.search import Capacity
from server.engines.loadtest.compare.verdict import Comparison
from server.engines.loadtest.experiment.interleaved import Compared
from server.engines.loadtest.experiment.limits import Limited
from server.engines.loadtest.experiment.search import Searched
from server.engines.loadtest.experiment.segment import segment
from server.engines.loadtest.frame import total
from server.engines.loadtest.health import doubts, held_back, void_reasons
from server.engines.loadtest.judgment import Goal, Status
from server.engines.loadtest.rate_limit.verdict import RateLimitReport, Verdict
from server.engines.loadtest.reach.network import Network
from server.engines.loadtest.reach.url import TargetUrl
from server.engines.loadtest.run import End, Run
from server.engines.loadtest.wording import plain
from server.redaction import Redactor
from server.reports.load_climb import Climb
from server.reports.load_page import Beside, SecondSide
from server.reports.render import plain_line
from server.tools.load_figures import (
    comparison_lines,
    examples,
    failures,
    figures,
    load_words,
    outcomes,
    percentile_entries,
    seconds_table,
    verdict_entries,
)
from server.tools.load_plan import Admitted
from server.tools.load_report import LoadTestReport, VerdictEntry


@dataclass(frozen=True, slots=True)
class Measured:
    """What an experiment told, the run that stands for it, and what a page shows beside that."""

    report: LoadTestReport
    run: Run
    beside: Beside = field(default_factory=Beside)

    @classmethod
    def of_comparison(
        cls, report: LoadTestReport, compared: Compared, second: TargetUrl
    ) -> "Measured":
        """Take all segments of the first side for the run, and show the second beside it."""
        other = total(frame for run in compared.second_runs for frame in run.seconds)
        # A page is passed on; what stands in a query may be a secret.
        name = str(second).partition("?")[0]
        side = SecondSide(name, other.response, other.service)
        beside = Beside(second=side, comparison=compared.comparison)
        return cls(report, joined(compared.first_runs), beside)

    @classmethod
    def of_search(cls, report: LoadTestReport, searched: Searched) -> "Measured":
        """Take the last step for the run, and show all of them beside it."""
        climb = Climb(searched.steps, searched.scaling.capacity)
        return cls(report, searched.runs[-1], Beside(climb=climb))

    def against(self, baseline: str, comparison: Comparison) -> "Measured":
        """Return the same with what it is against a saved result."""
        report = self.report.concluding(comparison_lines(comparison))
        return Measured(report, self.run, Beside(comparison=comparison, baseline=baseline))


@dataclass(frozen=True, slots=True)
class Teller:
    """What every report of one call says alike."""

    admitted: Admitted
    run_id: str
    goals: tuple[Goal, ...]
    redactor: Redactor
    detailed: bool

    def of_run(self, run: Run) -> LoadTestReport:
        """Report one run."""
        return LoadTestReport(
            run_id=self.run_id,
            status=run.end,
            reason=run.reason,
            target=str(self.admitted.url),
            load=load_words(run.plan),
            void=void_reasons(run),
            percentiles=percentile_entries(run),
            figures=figures(run),
            outcomes=outcomes(run),
            failures=failures(run),
            examples=examples(run, self.redactor),
            verdicts=verdict_entries(run, self.goals),
            notes=tuple(self._notes(run)),
            seconds=seconds_table(run) if self.detailed else (),
            next_steps=tuple(_next_steps(run)),
        )

    def of_limits(self, limited: Limited) -> LoadTestReport:
        """Report a rate limit: the verdict is on the limiter, not on the latencies."""
        told = self.of_run(limited.run)
        verdict = VerdictEntry(
            goal="rate limit",
            status={
                Verdict.PASSED: Status.PASSED,
                Verdict.FAILED: Status.FAILED,
                Verdict.NOT_LIMITED: Status.FAILED,
            }[limited.report.verdict],
            measured="; ".join((limited.report.verdict, *limited.report.faults)),
        )
        judged = told.model_copy(update={"verdicts": (verdict, *told.verdicts)})
        if limited.report.verdict is Verdict.NOT_LIMITED:
            judged = judged.model_copy(update={"next_steps": _NOT_LIMITED})
        return judged.concluding(_limit_lines(limited.report, limited.untried))

    def of_search(self, searched: Searched) -> LoadTestReport:
        """Report a rate search: figures of its last step, conclusions from all."""
        told = self.of_run(searched.runs[-1])
        # The last step is there to break; what is void or missed is told step by step.
        end = End.STOPPED if searched.runs[-1].end is End.STOPPED else End.COMPLETED
        steps = told.model_copy(
            update={
                "status": end,
                "reason": told.reason if end is End.STOPPED else "",
                "verdicts": (_capacity_verdict(searched.scaling.capacity),),
                "void": (),
                "next_steps": _AFTER_SEARCH,
            }
        )
        return steps.concluding(_search_lines(searched))

    def of_comparison(self, compared: Compared, urls: Sequence[str]) -> LoadTestReport:
        """Report a comparison: the figures of all segments of the first side together."""
        told = self.of_run(joined(compared.first_runs))
        # These words stand on the page, too.
        first, second = (url.partition("?")[0] for url in urls)
        lines = [plain_line(f"first: {first}; second: {second}")]
        if compared.comparison is None:
            lines.append(f"stopped after {len(compared.runs)} segments: no verdict")
        else:
            lines += comparison_lines(compared.comparison)
        lines += _second_failures(compared.second_runs)
        compared_told = told.model_copy(update={"next_steps": _AFTER_COMPARISON})
        return compared_told.concluding(lines)

    def _notes(self, run: Run) -> Iterator[str]:
        if self.admitted.network is Network.LOOPBACK:
            yield "generator and server share this machine and its cores"
        yield from doubts(run)
        yield from held_back(run)
        if run.workers > 1:
            yield f"{run.workers} generators; their counts were added up without loss"
        if run.loop != "uvloop":
            yield f"event loop: {run.loop}; with uvloop a request costs a third"
        if run.total.response.clamped:
            yield f"{run.total.response.clamped} times were over an hour and count as one"
        waited = sum(
            count
            for (_, name), count in run.total.failed.items()
            if name in {"timeout", "no_free_connection"}
        )
        if run.total.canceled:
            yield f"{run.total.canceled} requests were canceled and are in no percentile"
        if waited:
            yield (
                f"{waited} requests that timed out count with the time they waited: percentiles "
                "at or above the timeout are lower bounds"
            )


def joined(runs: Sequence[Run]) -> Run:
    """Return runs of one plan, made one after another, as one."""
    frames = [frame for run in runs for frame in run.seconds]
    first, last = runs[0], runs[-1]
    seconds = sum(run.duration for run in runs)
    return replace(
        first,
        plan=replace(first.plan, load=segment(first.plan.load, seconds)),
        seconds=tuple(frames),
        total=replace(total(frames), end=seconds),
        segment_seconds=first.plan.load.seconds,
        planned=sum(run.planned for run in runs),
        end=last.end,
        reason=last.reason,
        busiest=max(run.busiest for run in runs),
        lost=tuple(each for run in runs for each in run.lost),
    )


def _limit_lines(report: RateLimitReport, untried: float) -> Iterator[str]:
    yield f"{report.accepted} accepted, {report.denied} denied"
    if report.first is not None:
        yield (
            f"first denial: {report.first.status} after {report.first.after_requests} requests "
            f"and {report.first.seconds:.2f} s"
        )
    if report.explanation is not None:
        yield f"measured: {report.explanation.limiter}"
    yield f"headers of denials: {', '.join(report.headers) or 'none'}"
    yield from (f"fault: {each}" for each in report.faults)
    yield from report.notes
    if untried:
        yield f"a stated wait of {untried:.0f} s was not tried: at most 120 s are waited"


def _second_failures(runs: Sequence[Run]) -> Iterator[str]:
    """Say what went wrong on the side whose figures are not shown."""
    if runs and (failed := failures(joined(runs))):
        counts = ", ".join(f"{kind}: {count}" for kind, count in failed.items())
        yield f"failures of the second: {counts}"


def _capacity_verdict(found: Capacity) -> VerdictEntry:
    """Say whether there is a rate at which the goal holds."""
    if found.best is not None:
        return VerdictEntry(
            goal="capacity", status=Status.PASSED, measured=f"{plain(found.rate)} requests/s"
        )
    status = Status.INSUFFICIENT if found.fails_at is None else Status.FAILED
    return VerdictEntry(goal="capacity", status=status, measured="no rate was seen to hold")


_NOT_LIMITED: Final = (
    "A limit above this load was not reached: raise load.rate or duration, or add a limit.",
)
_AFTER_SEARCH: Final = (
    "The figures are those of the last step; a capacity holds for this machine and this load.",
)
_AFTER_COMPARISON: Final = (
    "Where it was too noisy or void: a longer duration, more pairs or a quieter machine.",
)


def _search_lines(searched: Searched) -> Iterator[str]:
    found = searched.scaling.capacity
    if found.best is None:
        yield "no capacity was found: at no rate the goal was seen to hold"
    else:
        yield f"capacity at the goal: {plain(found.rate)} requests/s"
    yield from searched.notes
    for step in found.steps:
        yield f"{plain(step.offered)} requests/s {step.standing}: {step.reason}"
    for check in searched.scaling.checks:
        if not check.agrees:
            yield (
                f"Little's law does not hold at {plain(check.offered)} requests/s: "
                f"{plain(check.expected)} expected in flight, {plain(check.counted)} counted"
            )
    for advice in searched.scaling.recommendations:
        yield (
            f"{advice.name}: {plain(advice.value)} {advice.unit} = {advice.formula} "
            f"({advice.because})"
        )
    yield from searched.scaling.withheld


def _next_steps(run: Run) -> Iterable[str]:
    if void_reasons(run):
        yield "Void: change what the reason names and call load_test again."
    elif run.total.failed or run.total.good.count < run.total.answered.total():
        yield "Read the failures first: latencies of a run with errors say little."
    yield "One run is no trend: find_capacity searches the limit, compare tells two versions apart."
