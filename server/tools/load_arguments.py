"""What a load test is asked to do: requests, load, what is checked, what is written."""

import json
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from server.engines.loadtest.plan import Arrivals, Protocol
from server.tools.tool import Arguments

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Status = Annotated[int, Field(ge=100, le=599)]


def _read(value: object) -> object:
    """Read JSON where a command line, or a client that knows no objects, gives text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise ValueError('give JSON, as {"Accept": "text/html"}') from None


class RequestArguments(Arguments):
    """How each request to `url` looks."""

    method: Annotated[str, Field(description="HTTP method")] = "GET"
    headers: Annotated[dict[str, str], BeforeValidator(_read)] = Field(
        description="name to value", default_factory=dict[str, str]
    )
    body: Annotated[
        JsonValue, Field(description="text, or JSON; {{column}} takes a value from data")
    ] = None
    expect_status: Annotated[
        tuple[Status, ...], Field(description="right statuses, e.g. [400]; default: below 400")
    ] = ()
    data: Annotated[
        str, Field(description="CSV or JSON Lines file whose rows fill {{column}} in turn")
    ] = ""


class TargetArguments(RequestArguments):
    """One of several requests."""

    @model_validator(mode="before")
    @classmethod
    def read(cls, value: object) -> object:
        """Read JSON where text is given."""
        return _read(value)

    url: str
    name: str = ""
    weight: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 1.0


class StageArguments(Arguments):
    """A stretch in which the rate moves in a line to `rate`."""

    @model_validator(mode="before")
    @classmethod
    def read(cls, value: object) -> object:
        """Read JSON where text is given."""
        return _read(value)

    seconds: Seconds
    rate: Rate


class LoadArguments(Arguments):
    """How much load, and how."""

    rate: Annotated[
        Rate | None, Field(description="requests/s, sent when due (open model); default 10")
    ] = None
    concurrency: Annotated[
        int | None,
        Field(description="instead of rate: users who wait for answers (closed model)", ge=1),
    ] = None
    duration: Annotated[Seconds, Field(description="seconds")] = 10.0
    stages: Annotated[
        tuple[StageArguments, ...], Field(description="ramps after `rate`, instead of duration")
    ] = ()
    arrivals: Annotated[Arrivals, Field(description="constant or poisson")] = Arrivals.CONSTANT
    timeout: Annotated[Seconds, Field(description="seconds for a whole answer")] = 10.0
    connections: Annotated[int, Field(description="most connections", ge=1)] = 1_000
    reuse_connections: Annotated[bool, Field(description="false: one a request")] = True
    protocol: Annotated[Protocol, Field(description="http/1.1 or h2")] = Protocol.HTTP_1
    verify_tls: Annotated[bool, Field(description="refuse unknown certificates")] = True
    workers: Annotated[int, Field(description="generator processes", ge=1, le=64)] = 1


class CheckArguments(Arguments):
    """What the figures are held against."""

    thresholds: Annotated[
        tuple[str, ...],
        Field(description="p99<300ms, error_rate<1%, rate>=500/s, slo: 99.9% < 250ms over 30d"),
    ] = ()
    compare: Annotated[
        str, Field(description="second URL, or saved baseline file: measured in turns, with test")
    ] = ""
    pairs: Annotated[int, Field(description="pairs of segments to compare", ge=6, le=60)] = 10
    expect_rate_limit: Annotated[
        bool, Field(description="find the first 429, fit burst and refill, check headers")
    ] = False
    find_capacity: Annotated[
        bool, Field(description="raise the rate step by step up to `rate`; needs a p99 threshold")
    ] = False


class OutputArguments(Arguments):
    """Files to write into the workspace."""

    report: Annotated[str, Field(description="HTML report")] = ""
    save: Annotated[str, Field(description="JSON result, usable as baseline")] = ""
    hlog: Annotated[str, Field(description="HdrHistogram log")] = ""
    k6: Annotated[str, Field(description="k6 script of the same plan")] = ""
    locust: Annotated[str, Field(description="locustfile of the same plan")] = ""


class Action(StrEnum):
    """What to do with a run that goes on."""

    RESULT = "result"
    PROGRESS = "progress"
    CANCEL = "cancel"


class RunArguments(Arguments):
    """A run that outlasted its call."""

    id: Annotated[str, Field(description="run_id of an earlier answer")] = ""
    action: Annotated[Action, Field(description="result waits, progress does not, cancel")] = (
        Action.RESULT
    )
