"""The files that a load test leaves in the workspace."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.exports.k6 import k6_script
from server.engines.loadtest.exports.locust import locustfile
from server.engines.loadtest.hdr_log import Interval, to_log
from server.engines.loadtest.health import measurement
from server.engines.loadtest.judgment import Goal
from server.engines.loadtest.run import Run
from server.engines.loadtest.saved import SavedRun
from server.errors import InvalidInputError, NotFoundError
from server.reports.load_page import LoadPage, Trouble, page
from server.tools.load_arguments import OutputArguments
from server.tools.load_report import LoadTestReport
from server.tools.tool import WrittenFileEntry
from server.workspace import Workspace

_ENDINGS = {
    "report": (".html",),
    "save": (".json",),
    "hlog": (".hlog",),
    "k6": (".js", ".ts"),
    "locust": (".py",),
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """What there is to write of one run."""

    run: Run
    goals: tuple[Goal, ...]
    saved: SavedRun | None
    report: LoadTestReport
    where: Environment

    @property
    def view(self) -> LoadPage:
        """What the page shows: what the report tells, drawn."""
        told = self.report
        measured = measurement(self.run)
        return LoadPage(
            self.run,
            # A page is passed on; what stands in a query may be a secret.
            target=told.target.partition("?")[0],
            load=told.load,
            goals=tuple(goal.judge(measured) for goal in self.goals),
            troubles=tuple(
                Trouble(each.kind, each.count, (each.example,) if each.example else ())
                for each in told.failures
            ),
            environment=self.where,
            conclusions=told.conclusions,
            notes=told.notes,
        )


def check_outputs(output: OutputArguments, workspace: Workspace) -> None:
    """Refuse names that could not be written, before any load is sent.

    Raises:
        InvalidInputError: a name has the wrong ending, two are the same, or the file is there.
    """
    given = {name: path for name, path in output.model_dump().items() if path}
    for name, path in given.items():
        if not path.lower().endswith(_ENDINGS[name]):
            endings = " or ".join(_ENDINGS[name])
            raise InvalidInputError(
                f"output.{name} is {path!r}.", next_step=f"End it in {endings}."
            )
        if _exists(path, workspace):
            raise InvalidInputError(
                f"{path} is there already, and results are never overwritten.",
                next_step="Give another name.",
            )
    if len(set(given.values())) < len(given):
        raise InvalidInputError("Two outputs have the same name.", next_step="Name them apart.")


def _exists(path: str, workspace: Workspace) -> bool:
    try:
        workspace.open(path).close()
    except NotFoundError:
        return False
    return True


def write_outputs(
    output: OutputArguments, leaving: Leaving, workspace: Workspace
) -> tuple[WrittenFileEntry, ...]:
    """Write what was asked for, and return the manifest."""
    return tuple(
        _written(workspace, path, content, purpose)
        for path, content, purpose in _contents(output, leaving)
    )


def _contents(output: OutputArguments, leaving: Leaving) -> Iterator[tuple[str, str, str]]:
    if output.report:
        yield output.report, page(leaving.view), "the report, one page that needs nothing else"
    if output.save and leaving.saved is not None:
        saved = leaving.saved.model_dump_json(indent=1)
        yield output.save, saved, "the result; give it to checks.compare as a baseline"
    if output.hlog:
        log = to_log(_intervals(leaving.run), started_at=leaving.run.started_at)
        yield output.hlog, log, "histograms of every second for HdrHistogram's tools"
    if output.k6:
        script = k6_script(leaving.run.plan, leaving.goals)
        yield output.k6, script.text, _needing("the same plan for k6", script.variables)
    if output.locust:
        script = locustfile(leaving.run.plan, leaving.goals)
        yield output.locust, script.text, _needing("the same plan for Locust", script.variables)


def _needing(purpose: str, variables: Iterable[str]) -> str:
    needed = ", ".join(variables)
    return f"{purpose}; set {needed}" if needed else purpose


def _intervals(run: Run) -> Iterator[Interval]:
    for frame in run.seconds:
        for tag in ("response", "service", "lag"):
            yield Interval(tag, frame.start, frame.end, getattr(frame, tag))


def _written(workspace: Workspace, path: str, content: str, purpose: str) -> WrittenFileEntry:
    written = workspace.write(path, content.encode())
    return WrittenFileEntry(
        path=written.path, bytes=written.bytes, sha256=written.sha256, purpose=purpose
    )
