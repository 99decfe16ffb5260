"""A load test as one HTML file: charts and tables, readable without a network or a script."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from server import __version__
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.verdict import Comparison
from server.engines.loadtest.health import void_reasons
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.judgment import Judgment, Status
from server.engines.loadtest.plan import OpenLoad
from server.engines.loadtest.run import End, Run
from server.reports import load_tables as tables
from server.reports.load_charts import (
    Curve,
    forest_chart,
    hdr_chart,
    lag_chart,
    latency_chart,
    throughput_chart,
)
from server.reports.load_climb import Climb, climb_chart, step_rows, yield_chart
from server.reports.load_timeline import timeline
from server.reports.render import visible

if TYPE_CHECKING:
    from jinja2 import Environment as Templates

_LONGEST: Final = 500  # characters of foreign text that the page repeats


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind of failure or an unexpected status: how often, and the first examples."""

    kind: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondSide:
    """What a run was compared with: its name, and its latencies in us."""

    name: str
    response: Histogram
    service: Histogram


@dataclass(frozen=True, slots=True)
class Beside:
    """What a page shows beside its run.

    `second` and `comparison` belong together, but a comparison that was stopped has no verdict;
    against a `baseline` (its name) the run is the second side itself. Of a `climb` the run is the
    last step.
    """

    second: SecondSide | None = None
    comparison: Comparison | None = None
    baseline: str = ""
    climb: Climb | None = None


@dataclass(frozen=True, slots=True)
class LoadPage:
    """What a page says of a run; texts may be foreign, but hold no secrets any more.

    `target` and `load` are the words for what was requested and how much. `calibration` holds the
    latencies of the generator's own echo.
    """

    run: Run
    target: str
    load: str
    goals: tuple[Judgment, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    beside: Beside = Beside()
    environment: Environment | None = None
    calibration: Histogram | None = None
    conclusions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Headline:
    """What became of the run, in which tone of the style sheet."""

    words: str
    tone: str
    reason: str


def page(view: LoadPage) -> str:
    """Return the page as a complete HTML document."""
    template = _templates().get_template("load_test.html.j2")
    stretches = timeline(view.run)
    return template.render(
        view=view,
        run=view.run,
        version=__version__,
        headline=_headline(view),
        void=_void(view),
        started=datetime.fromtimestamp(view.run.started_at, UTC),
        tiles=tables.tiles(view.run),
        percentiles=tables.percentiles(view.run, view.beside.second and _sides(view.beside.second)),
        targets=tables.targets(view.run),
        health=tables.health(view.run, view.calibration),
        machine=tables.machine(view.environment),
        measured=tables.measured(view.run),
        changes=tables.changes(view.beside.comparison),
        steps=step_rows(view.beside.climb),
        stretches=stretches,
        curves=_curves(view),
        curve_legend=[(each.name, each.words) for each in _curves(view)],
        offered_words="offered" if isinstance(view.run.plan.load, OpenLoad) else "sent",
        charts={
            "hdr": hdr_chart(_curves(view)),
            "latency": latency_chart(stretches),
            "throughput": throughput_chart(stretches),
            "lag": lag_chart(stretches),
            "climb": climb_chart(view.beside.climb),
            "yield": yield_chart(view.beside.climb),
            "forest": forest_chart(view.beside.comparison) if view.beside.comparison else None,
        },
    )


def _sides(second: SecondSide) -> tuple[Histogram, Histogram]:
    return second.response, second.service


def _curves(view: LoadPage) -> tuple[Curve, ...]:
    total = view.run.total
    if view.beside.second is None:
        return (
            Curve("first response", "Response, from when due", total.response),
            Curve("first service", "Service, from when sent", total.service),
        )
    return (
        Curve("first response", "First, response", total.response),
        Curve("first service", "First, service", total.service),
        Curve("second response", "Second, response", view.beside.second.response),
        Curve("second service", "Second, service", view.beside.second.service),
    )


def _void(view: LoadPage) -> tuple[str, ...]:
    """Return why nothing follows from the run; of a search each step says so for itself."""
    return () if view.beside.climb else void_reasons(view.run)


def _headline(view: LoadPage) -> _Headline:
    run, is_void = view.run, bool(_void(view))
    void = ", void" if is_void else ""
    if run.end is End.ABORTED:
        return _Headline(f"Aborted{void}", "bad", run.reason)
    if run.end is End.STOPPED:
        return _Headline(f"Stopped{void}", "warn", run.reason)
    if is_void:
        return _Headline("Void", "warn", run.reason)
    statuses = [goal.status for goal in view.goals]
    passed = statuses.count(Status.PASSED)
    goals = f", {passed} of {len(statuses)} goals reached" if statuses else ""
    missed = "bad" if Status.FAILED in statuses else "warn"
    tone = "good" if passed == len(statuses) else missed
    return _Headline(f"Completed{goals}", tone, run.reason)


@cache
def _templates() -> "Templates":
    from jinja2 import Environment as Templates
    from jinja2 import FileSystemLoader, StrictUndefined

    from server.engines.loadtest.wording import latency, plain
    from server.reports.load_drawing import drawn

    def shown(value: object) -> object:
        """Make every text that is printed visible and short; our own markup is both."""
        is_foreign = isinstance(value, str) and not hasattr(value, "__html__")
        return visible(value, _LONGEST) if is_foreign else value

    templates = Templates(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"drawn": drawn, "latency": latency, "plain": plain}
    return templates
