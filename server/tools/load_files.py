"""The files that a load test leaves in the workspace."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.exports.k6 import k6_script
from server.engines.loadtest.exports.locust import locustfile
from server.engines.loadtest.hdr_log import Interval, to_log
from server.engines.loadtest.health import measurement
from server.engines.loadtest.judgment import Goal
from server.engines.loadtest.run import Run
from server.engines.loadtest.saved import SavedRun
from server.errors import BackendError, InvalidInputError, NotFoundError
from server.reports.load_page import LoadPage, Trouble, page
from server.tools.load_outcome import Measured
from server.tools.load_report import LoadTestReport
from server.tools.tool import WrittenFileEntry
from server.workspace import Workspace


class Kind(StrEnum):
    """What a file holds, by the ending of its name."""

    REPORT = ".html"
    RESULT = ".json"
    HISTOGRAMS = ".hlog"
    K6 = ".js"
    LOCUST = ".py"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What there is to write of one run."""

    measured: Measured
    goals: tuple[Goal, ...]
    saved: SavedRun | None
    where: Environment

    @property
    def run(self) -> Run:
        """The run that stands for all."""
        return self.measured.run

    @property
    def view(self) -> LoadPage:
        """What the page shows: what the report tells, drawn."""
        told = self.measured.report
        measured, beside = measurement(self.run), self.measured.beside
        return LoadPage(
            self.run,
            # A page is passed on; what stands in a query may be a secret.
            target=told.target.partition("?")[0],
            load=told.load,
            goals=() if beside.climb else tuple(goal.judge(measured) for goal in self.goals),
            troubles=tuple(
                Trouble(kind, count, (told.examples[kind],) if kind in told.examples else ())
                for kind, count in told.failures.items()
            ),
            beside=beside,
            environment=self.where,
            conclusions=told.conclusions,
            notes=told.notes,
        )


def outputs(paths: Sequence[str], workspace: Workspace) -> Mapping[Kind, str]:
    """Return which file holds what, before any load is sent.

    Raises:
        InvalidInputError: a name ends otherwise, two are of one kind, or the file is there.
    """
    found: dict[Kind, str] = {}
    for path in paths:
        kind = _kind(path)
        if kind in found:
            raise InvalidInputError(
                f"Two files end in {kind}: {found[kind]} and {path}.",
                next_step="Give one of a kind.",
            )
        if _exists(path, workspace):
            raise InvalidInputError(
                f"{path} is there already, and results are never overwritten.",
                next_step="Give another name.",
            )
        found[kind] = path
    return found


def _kind(path: str) -> Kind:
    ending = PurePosixPath(path).suffix.lower()
    if ending not in set(Kind):
        raise InvalidInputError(
            f"files names {path!r}, whose ending says nothing.",
            next_step=f"End it in one of {', '.join(Kind)}.",
        )
    return Kind(ending)


def _exists(path: str, workspace: Workspace) -> bool:
    try:
        workspace.open(path).close()
    except NotFoundError:
        return False
    return True


def with_outputs(
    files: Mapping[Kind, str], leaving: Leaving, workspace: Workspace
) -> LoadTestReport:
    """Write what was asked for; a file that cannot be written is a note, and costs no figure."""
    written: list[WrittenFileEntry] = []
    unwritten: list[str] = []
    for kind, path in files.items():
        try:
            written.append(_written(workspace, path, *_content(kind, leaving)))
        except (BackendError, OSError) as error:
            unwritten.append(f"{path} was not written: {error}")
    told = leaving.measured.report
    return told.model_copy(update={"files": tuple(written), "notes": (*told.notes, *unwritten)})


def _content(kind: Kind, leaving: Leaving) -> tuple[str, str]:
    """Return the text of a file, and what it is for."""
    match kind:
        case Kind.REPORT:
            return page(leaving.view), "the report, one page that needs nothing else"
        case Kind.RESULT:
            saved = leaving.saved.model_dump_json(indent=1) if leaving.saved else ""
            return saved, "the result; give it to checks.compare as a baseline"
        case Kind.HISTOGRAMS:
            log = to_log(_intervals(leaving.run), started_at=leaving.run.started_at)
            return log, "histograms of every second for HdrHistogram's tools"
        case Kind.K6:
            script = k6_script(leaving.run.plan, leaving.goals)
            return script.text, _needing("the same plan for k6", script.variables)
        case Kind.LOCUST:
            script = locustfile(leaving.run.plan, leaving.goals)
            return script.text, _needing("the same plan for Locust", script.variables)


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
