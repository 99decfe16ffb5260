"""What a load test is asked to do: requests, load, what is checked, what is written."""

import json
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema, model_validator

from server.engines.loadtest.plan import Arrivals, Protocol
from server.tools.tool import Arguments

# A wrong number is refused with its bounds; every model would read them before its first call.
_NUMBER = WithJsonSchema({"type": "number"})
_INTEGER = WithJsonSchema({"type": "integer"})
Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False), _NUMBER]
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False), _NUMBER]
Status = Annotated[int, Field(ge=100, le=599), _INTEGER]
Count = Annotated[int, Field(ge=1), _INTEGER]


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

    method: str = "GET"
    headers: Annotated[dict[str, str], BeforeValidator(_read)] = Field(
        default_factory=dict[str, str]
    )
    body: Annotated[JsonValue, Field(description="text, or JSON")] = None
    expect_status: Annotated[
        tuple[Status, ...], Field(description="right statuses; default: below 400")
    ] = ()
    data: Annotated[
        str, Field(description="CSV or JSON Lines file; rows fill {{column}} in path and body")
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


# Their members stand in the descriptions: shorter, and wrong ones are refused by name all the same.
OBJECTS = WithJsonSchema({"type": "array", "items": {"type": "object"}})


class LoadArguments(Arguments):
    """How much load, and how."""

    rate: Annotated[
        Rate | None, Field(description="requests/s, sent when due (open model); default 10")
    ] = None
    concurrency: Annotated[
        Count | None, Field(description="instead of rate: users who wait for answers")
    ] = None
    duration: Annotated[Seconds, Field(description="seconds")] = 10.0
    stages: Annotated[
        tuple[StageArguments, ...],
        OBJECTS,
        Field(description="ramps after rate, instead of duration: [{seconds, rate}]"),
    ] = ()
    arrivals: Arrivals = Arrivals.CONSTANT
    timeout: Annotated[Seconds, Field(description="seconds for an answer")] = 10.0
    connections: Annotated[Count, Field(description="at most")] = 1_000
    reuse_connections: bool = True
    protocol: Protocol = Protocol.HTTP_1
    verify_tls: bool = True
    workers: Annotated[int, Field(description="processes", ge=1, le=64), _INTEGER] = 1


class CheckArguments(Arguments):
    """What the figures are held against."""

    thresholds: Annotated[
        tuple[str, ...],
        Field(description="p99<300ms, error_rate<1%, rate>=500/s, slo: 99.9% < 250ms over 30d"),
    ] = ()
    compare: Annotated[
        str, Field(description="second URL or saved result: which is faster, with interval")
    ] = ""
    pairs: Annotated[
        int, Field(description="measured in turns, to compare", ge=6, le=60), _INTEGER
    ] = 10
    expect_rate_limit: Annotated[
        bool, Field(description="find the first 429, burst, refill; check headers")
    ] = False
    find_capacity: Annotated[
        bool, Field(description="raise the rate up to `rate`; needs a p99 threshold")
    ] = False


class Action(StrEnum):
    """What to do with a run that goes on."""

    RESULT = "result"
    PROGRESS = "progress"
    CANCEL = "cancel"
