"""What a load test is asked to do: requests, load, what is checked, what is written."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, cast

from pydantic import BeforeValidator, Field, JsonValue, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from server.engines.loadtest.plan import Arrivals, Protocol
from server.tools.tool import Arguments

_SPAN = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(ms|s|sec|m|min|h)?\s*")
_SECONDS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3_600.0}


def _seconds(value: object) -> object:
    """Read `30`, `30s`, `500ms` or `2m` as seconds."""
    if not isinstance(value, str):
        return value
    span = _SPAN.fullmatch(value)
    if span is None:
        raise ValueError("give seconds, as 30 or 30s")
    return float(span[1]) * _SECONDS[span[2] or "s"]


Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False), BeforeValidator(_seconds)]
Rate = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Status = Annotated[int, Field(ge=100, le=599)]
Count = Annotated[int, Field(ge=1)]


def several(value: object) -> object:
    """Take one value for a list of one."""
    match value:
        case str() | int():
            return [value]
        case Mapping():
            return [dict(cast("Mapping[str, object]", value))]
        case _:
            return value


def _goals(value: object) -> object:
    """Read goals in one text, between commas or semicolons: none of them holds either."""
    if not isinstance(value, str):
        return value
    listed = _parsed(value)
    if isinstance(listed, list):
        return cast("object", listed)
    return [each for part in re.split(r"[,;]", value) if (each := part.strip())]


def _reader(example: str) -> Callable[[object], object]:
    """Return what reads JSON where a command line, or a client without objects, gives text."""

    def read(value: object) -> object:
        found = _parsed(value) if isinstance(value, str) else value
        if not isinstance(found, Mapping | Arguments):
            # What tells the caller through pydantic is a ValueError.
            raise ValueError(f"give an object, as {example}")  # ruff: ignore[type-check-without-type-error] - see above
        return cast("object", found)

    return read


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_read_headers = _reader('{"Accept": "text/html"}')
_read_target = _reader('{"url": "http://127.0.0.1:8000/orders", "weight": 2}')
_read_stage = _reader('{"seconds": 30, "rate": 100}')


class RequestArguments(Arguments):
    """How each request to `url` looks."""

    method: str = "GET"
    headers: Annotated[dict[str, str], BeforeValidator(_read_headers)] = Field(
        default_factory=dict[str, str]
    )
    body: Annotated[JsonValue, Field(description="text, or JSON")] = None
    expect_status: Annotated[
        tuple[Status, ...],
        BeforeValidator(several),
        Field(description="right statuses; default: below 400"),
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
        return _read_target(value)

    url: str
    name: str = ""
    weight: Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)] = 1.0


class StageArguments(Arguments):
    """A stretch in which the rate moves in a line to `rate`."""

    @model_validator(mode="before")
    @classmethod
    def read(cls, value: object) -> object:
        """Read JSON where text is given."""
        return _read_stage(value)

    seconds: Seconds
    rate: Rate


# Their members stand in the descriptions: shorter, and wrong ones are refused by name all the same.
OBJECTS = WithJsonSchema({"type": "array", "items": {"type": "object"}})


ANY_LIMIT = "any"
"""A rate limit of whatever size."""


HOW_MUCH = (
    "how much; also timeout: 10 (seconds), connections: 1000 (at most), workers: 1 (processes), "
    "arrivals: constant (or poisson), protocol: http/1.1 (or h2), reuse_connections: true, "
    "verify_tls: true"
)


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
        BeforeValidator(several),
        OBJECTS,
        Field(description="ramps after rate, instead of duration: [{seconds, rate}]"),
    ] = ()
    # What few calls need stands in the words of the group.
    arrivals: SkipJsonSchema[Arrivals] = Arrivals.CONSTANT
    timeout: Annotated[SkipJsonSchema[Seconds], Field(description="seconds for an answer")] = 10.0
    connections: Annotated[SkipJsonSchema[Count], Field(description="at most")] = 1_000
    reuse_connections: SkipJsonSchema[bool] = True
    protocol: SkipJsonSchema[Protocol] = Protocol.HTTP_1
    verify_tls: SkipJsonSchema[bool] = True
    workers: Annotated[SkipJsonSchema[int], Field(description="processes", ge=1, le=64)] = 1


def _limit(value: object) -> object:
    """Read true and false, and what a command line or a model writes for them."""
    words = str(value).lower() if isinstance(value, str | bool) else ""
    if words in {"true", "yes"}:
        return ANY_LIMIT
    return "" if words in {"false", "no"} else value


class CheckArguments(Arguments):
    """What the figures are held against."""

    thresholds: Annotated[
        tuple[str, ...],
        BeforeValidator(_goals),
        Field(description="p99<300ms, error_rate<1%, rate>=500/s, slo: 99.9% < 250ms over 30d"),
    ] = ()
    compare: Annotated[
        str,
        Field(description="second URL or saved result: which is faster, with interval; pairs: 10"),
    ] = ""
    pairs: Annotated[
        SkipJsonSchema[int], Field(description="measured in turns, to compare", ge=6, le=60)
    ] = 10
    expect_rate_limit: Annotated[
        str,
        BeforeValidator(_limit),
        WithJsonSchema({"type": ["boolean", "string"]}),
        Field(description="true, or 100/60s: find the first 429, burst, refill; check headers"),
    ] = ""
    find_capacity: Annotated[
        bool, Field(description="raise the rate up to `rate`; needs a p99 threshold")
    ] = False


class Action(StrEnum):
    """What to do with a run that goes on."""

    RESULT = "result"
    PROGRESS = "progress"
    CANCEL = "cancel"
