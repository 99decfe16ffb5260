"""What `load_test` answers: the figures, whether they count, and what follows from them."""

from collections.abc import Iterable
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from server.engines.loadtest.judgment import Status
from server.reports.render import render
from server.tools.tool import Detail, Report, WrittenFileEntry

_CONCISE_ERRORS: Final = 8
_CONCISE_GOALS: Final = 8  # more are shown only where they were missed
_CONCISE_MISSED: Final = 30
_CONCISE_OUTCOMES: Final = 12


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class PercentileEntry(_Part):
    """Times in ms; `enough` is false where too few of `samples` lie beyond it.

    `interval` holds two bounds of the response time at 95 %, or nothing where it has none.
    """

    name: str
    response: float
    service: float
    samples: int
    enough: bool = True
    interval: tuple[float, ...] = ()


class VerdictEntry(_Part):
    """A goal: pass, fail, insufficient or void, and the figure that decided."""

    goal: str
    status: str
    measured: str


class LoadTestReport(Report):
    """`status`: completed, stopped, aborted or running; a `void` run proves nothing."""

    run_id: str
    status: str
    reason: str = ""
    target: str = ""
    load: str = ""
    void: tuple[str, ...] = ()
    percentiles: Annotated[tuple[PercentileEntry, ...], Field(description="from the due time")] = ()
    figures: dict[str, float] = Field(default_factory=dict[str, float])
    outcomes: dict[str, int] = Field(default_factory=dict[str, int])
    failures: dict[str, int] = Field(default_factory=dict[str, int])
    examples: dict[str, str] = Field(default_factory=dict[str, str])
    verdicts: tuple[VerdictEntry, ...] = ()
    conclusions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: tuple[tuple[float, ...], ...] = ()
    files: tuple[WrittenFileEntry, ...] = ()
    _detail: Detail = PrivateAttr(default=Detail.CONCISE)

    @property
    def written(self) -> tuple[WrittenFileEntry, ...]:
        """The files that were asked for."""
        return self.files

    @property
    def exit_code(self) -> int:
        """1 where a goal was missed, 2 where nothing can be said of one."""
        statuses = {each.status for each in self.verdicts}
        if Status.FAILED in statuses:
            return 1
        return 2 if statuses - {Status.PASSED} or self.status == "aborted" else 0

    @property
    def text(self) -> str:
        """The answer as Markdown."""
        detailed = self._detail is Detail.DETAILED
        missed = [each for each in self.verdicts if each.status != Status.PASSED]
        shown = self.verdicts if detailed or len(self.verdicts) <= _CONCISE_GOALS else missed
        rows = len(shown) if detailed else _CONCISE_MISSED
        frequent = sorted(self.outcomes.items(), key=lambda each: -each[1])
        return render(
            "load_test",
            report=self,
            outcomes=frequent[: None if detailed else _CONCISE_OUTCOMES],
            detailed=detailed,
            verdicts=shown[:rows],
            hidden=len(shown[rows:]),
            passed=len(self.verdicts) - len(shown),
            failures=list(self.failures.items())[: None if detailed else _CONCISE_ERRORS],
        )

    def showing(self, detail: Detail) -> Self:
        """Return this report with the size of its text."""
        self._detail = detail
        return self

    def concluding(self, lines: Iterable[str]) -> Self:
        """Return this report with more conclusions."""
        return self.model_copy(update={"conclusions": (*self.conclusions, *lines)})
