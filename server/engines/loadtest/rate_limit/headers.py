"""What an answer says about its limit, in the forms that servers use.

`Retry-After` (RFC 9110, 10.2.3), `RateLimit` and `RateLimit-Policy` of
draft-ietf-httpapi-ratelimit-headers-10, the `RateLimit-Limit`, `-Remaining` and `-Reset` of its
earlier versions, and the unregistered `X-RateLimit-` forms of those.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime

from server.engines.loadtest.frame import Answer

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_MEMBER = re.compile(r'(?:[^",]|"[^"]*")+')
_PARAMETER = re.compile(r"(?:^|[;,]\s*|\s)([a-z]+)\s*=\s*([0-9]{1,15})(?![0-9.])")
_OLD_QUOTA = re.compile(r"\s*([0-9]{1,15})\s*(?=;|$)")
_LONGEST = 1_000  # characters of a header that are read
_EPOCH_FROM = 1_000_000_000  # a reset above it is a date in seconds, below it a delay
_X = re.compile(r"(?:x-rate-?limit|ratelimit)-(limit|remaining|reset)")


@dataclass(frozen=True, slots=True)
class Quota:
    """As many `requests` as a policy grants in `seconds`; 0 where it names no time."""

    requests: int
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Claims:
    """What one answer says; None where it is silent.

    `retry_after` and `reset` are seconds after the answer. `names` are the headers that said it,
    `malformed` those that could not be read.
    """

    retry_after: float | None = None
    remaining: int | None = None
    reset: float | None = None
    quotas: tuple[Quota, ...] = ()
    names: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


def claims(answer: Answer, *, started_at: float) -> Claims:
    """Read an answer's headers; `started_at` is the run's start, in seconds since the epoch.

    A date in them is held against the server's own `Date`, so that its clock may be wrong.
    """
    headers = {name.lower(): value[:_LONGEST] for name, value in answer.headers}
    now = _date(headers.get("date", ""))
    moment = started_at + answer.answered if now is None else now
    told = Claims()
    for name, value in headers.items():
        reader = _reader(name)
        if reader is None:
            continue
        read = reader(told, value, moment)
        told = read or replace(told, malformed=(*told.malformed, name))
        told = replace(told, names=(*told.names, name))
    return told


_Reader = Callable[[Claims, str, float], Claims | None]


def _reader(name: str) -> _Reader | None:
    """Return what reads a header: into further claims, or into None when it is malformed."""
    if match := _X.fullmatch(name):
        return _BY_PART[match[1]]
    return _BY_NAME.get(name)


def _retry_after(told: Claims, value: str, now: float) -> Claims | None:
    delay = _delay(value, now)
    return None if delay is None else replace(told, retry_after=delay)


def _limit(told: Claims, value: str, now: float) -> Claims | None:
    """Read `100`, or `100, 100;w=60` of the oldest drafts."""
    del now
    quotas = tuple(_quotas(value))
    return replace(told, quotas=(*told.quotas, *quotas)) if quotas else None


def _remaining(told: Claims, value: str, now: float) -> Claims | None:
    del now
    return replace(told, remaining=int(value)) if re.fullmatch(r"[0-9]{1,15}", value) else None


def _reset(told: Claims, value: str, now: float) -> Claims | None:
    delay = _delay(value, now)
    if delay is None:
        return None
    return replace(told, reset=max(0.0, delay - now) if delay >= _EPOCH_FROM else delay)


def _rate_limit(told: Claims, value: str, now: float) -> Claims | None:
    """Read `"default";r=50;t=30`, the least of several, or `limit=100, remaining=50, reset=30`."""
    del now
    members = [dict(_PARAMETER.findall(member)) for member in _members(value)]
    remaining = [int(found) for each in members if (found := _first(each, "r", "remaining"))]
    reset = [int(found) for each in members if (found := _first(each, "t", "reset"))]
    if not remaining:
        return None
    return replace(
        told,
        remaining=min(remaining),
        reset=float(max(reset)) if reset else told.reset,
    )


def _policy(told: Claims, value: str, now: float) -> Claims | None:
    return _limit(told, value, now)


_BY_PART: Mapping[str, _Reader] = {"limit": _limit, "remaining": _remaining, "reset": _reset}
_BY_NAME: Mapping[str, _Reader] = {
    "retry-after": _retry_after,
    "ratelimit": _rate_limit,
    "ratelimit-policy": _policy,
}


def _quotas(value: str) -> Iterator[Quota]:
    """Yield `"default";q=100;w=60` and `100;w=60`."""
    for member in _members(value):
        parameters = dict(_PARAMETER.findall(member))
        old = _OLD_QUOTA.match(member)
        requests = _first(parameters, "q") or (old[1] if old else "")
        if requests:
            yield Quota(int(requests), int(_first(parameters, "w") or 0))


def _members(value: str) -> list[str]:
    """Split a list at the commas that are not quoted, and take the quoted names out."""
    return [re.sub(r'"[^"]*"', "", member) for member in _MEMBER.findall(value)]


def _first(parameters: Mapping[str, str], *names: str) -> str:
    return next((parameters[name] for name in names if name in parameters), "")


def _delay(value: str, now: float) -> float | None:
    if _SECONDS.fullmatch(value.strip()):
        return float(value)
    date = _date(value)
    return None if date is None else max(0.0, date - now)


def _date(value: str) -> float | None:
    """Read an HTTP date as seconds since the epoch; None when it is none."""
    try:
        date = parsedate_to_datetime(value)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
