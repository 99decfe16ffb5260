"""A run as a file: every second with its histograms, and nothing that was sent in confidence.

Headers and bodies are not part of it, of a path only what stands before `?`.
"""

from dataclasses import asdict
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server import __version__
from server.engines.loadtest.compare.baseline import Recording
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.health import void_reasons
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.run import Run
from server.errors import InvalidInputError

SCHEMA_VERSION: Final = 1
_SEGMENTS: Final = 10
_MOST_SECONDS: Final = 86_400 + 600  # the longest run, and the answers that come after it
_WHOLE: Final = 0.9  # seconds: a shorter frame is a piece of a second


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


# A file may be anyone's, and its words are told to whoever compares with it.
_Words = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
_Seconds = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
_Count = Annotated[int, Field(ge=0, le=1 << 53)]
_Text = Annotated[str, Field(max_length=1 << 18)]
_Moment = Annotated[float, Field(allow_inf_nan=False)]


class SavedSecond(_Part):
    """One second; the histograms are HdrHistogram's V2 text, in microseconds."""

    start: _Seconds
    end: _Seconds
    sent: _Count
    errors: _Count
    response: _Text
    good: _Text
    service: _Text
    lag: _Text


class SavedEnvironment(_Part):
    """Where it was measured."""

    cpu: _Words
    cores: Annotated[int, Field(ge=1, le=1 << 20)]
    load_average: _Seconds
    system: _Words
    python: _Words
    version: _Words
    commit: _Words


class SavedRun(_Part):
    """One run, with the calibration that was measured right after it."""

    schema_version: Literal[1] = SCHEMA_VERSION
    tool_version: str = __version__
    target: str
    requests: tuple[str, ...]
    load: str
    started_at: _Moment
    end: str
    void: str
    outcomes: dict[str, int]
    environment: SavedEnvironment
    seconds: Annotated[tuple[SavedSecond, ...], Field(max_length=_MOST_SECONDS)]
    calibration: Annotated[tuple[SavedSecond, ...], Field(max_length=_MOST_SECONDS)] = ()


def saved_seconds(run: Run) -> tuple[SavedSecond, ...]:
    """Return the seconds of a run as they are written."""
    return tuple(_second(frame) for frame in run.seconds)


def _second(frame: Frame) -> SavedSecond:
    ended = frame.answered.total() + frame.failed.total()
    return SavedSecond(
        start=frame.start,
        end=frame.end,
        sent=frame.taken,
        errors=ended - frame.good.count,
        response=frame.response.encode(),
        good=frame.good.encode(),
        service=frame.service.encode(),
        lag=frame.lag.encode(),
    )


def saved_run(
    run: Run, load: str, outcomes: dict[str, int], where: Environment, calibration: Run | None
) -> SavedRun:
    """Return a run as it is written."""
    endpoint = run.plan.endpoint
    return SavedRun(
        target=f"{endpoint.scheme}://{endpoint.host}:{endpoint.port}",
        requests=tuple(target.name for target in run.plan.targets),
        load=load,
        started_at=run.started_at,
        end=run.end,
        void="; ".join(void_reasons(run)),
        outcomes=outcomes,
        environment=SavedEnvironment(**asdict(where)),
        seconds=saved_seconds(run),
        calibration=saved_seconds(calibration) if calibration else (),
    )


def read_saved(text: str, path: str) -> SavedRun:
    """Read a saved run.

    Raises:
        InvalidInputError: it is none, or of another version.
    """
    try:
        return SavedRun.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InvalidInputError(
            f"{path} is no saved load test: {place}: {first['msg']}.",
            next_step="Give a file that load_test wrote under files, as run.json.",
        ) from None


def recording(run: SavedRun) -> Recording:
    """Return a saved run as what a baseline is compared by."""
    environment = Environment(**run.environment.model_dump())
    return Recording(_segments(run.seconds, run.void), _segments(run.calibration, ""), environment)


def _segments(seconds: tuple[SavedSecond, ...], void: str) -> tuple[Measurement, ...]:
    """Put whole seconds together into at most ten segments of equal length."""
    whole = [each for each in seconds if each.end - each.start >= _WHOLE]
    length = max(1, len(whole) // _SEGMENTS)
    starts = range(0, len(whole) - length + 1, length)
    return tuple(_segment(whole[at : at + length], void) for at in starts)


def _segment(seconds: list[SavedSecond], void: str) -> Measurement:
    return Measurement(
        latencies=Histogram.merged(Histogram.decode(each.response) for each in seconds),
        good=Histogram.merged(Histogram.decode(each.good) for each in seconds),
        errors=sum(each.errors for each in seconds),
        seconds=sum(each.end - each.start for each in seconds),
        void=void,
    )
