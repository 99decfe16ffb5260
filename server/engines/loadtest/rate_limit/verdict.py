"""Whether a target limits its callers as it should and as it says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from server.engines.loadtest.frame import Answer
from server.engines.loadtest.rate_limit.explanation import Explanation, explain
from server.engines.loadtest.rate_limit.headers import Claims, Quota, claims
from server.engines.loadtest.rate_limit.limiter import Limiter
from server.engines.loadtest.rate_limit.probe import Probed
from server.engines.loadtest.rate_limit.sequence import (
    TOO_MANY_REQUESTS,
    is_denied,
)
from server.engines.loadtest.rate_limit.sequence import Sequence as Decisions
from server.engines.loadtest.wording import plain

_CLOSE = 0.10  # a stated limit and a measured one are the same within it
_SERVER_ERROR = 500


class Verdict(StrEnum):
    """What became of the limit that was expected."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_LIMITED = "not limited"


@dataclass(frozen=True, slots=True)
class FirstDenial:
    """The first denial: how many requests had passed, and after how many seconds."""

    after_requests: int
    seconds: float
    status: int


@dataclass(frozen=True, slots=True)
class RateLimitReport:
    """The verdict; what speaks against the target (`faults`) and what a reader should know."""

    verdict: Verdict
    accepted: int
    denied: int
    first: FirstDenial | None
    explanation: Explanation | None
    headers: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was seen: the answers, the probes after the load, and the start since the epoch.

    `expected` is the limit that the caller says the target has.
    """

    answers: Sequence[Answer]
    probes: Sequence[Probed] = ()
    started_at: float = 0.0
    expected: Quota | None = None


def judge(evidence: Evidence) -> RateLimitReport:
    """Judge a target by its answers to more requests than it should let through."""
    decisions = Decisions.of(evidence.answers)
    denials = [answer for answer in evidence.answers if is_denied(answer)]
    accepted = len(evidence.answers) - len(denials)
    if not denials:
        notes = (f"all {accepted:,} requests passed",)
        return RateLimitReport(Verdict.NOT_LIMITED, accepted, 0, None, None, (), (), notes)
    explanation = explain(decisions)
    told = [claims(answer, started_at=evidence.started_at) for answer in denials]
    faults = (
        *_wrong_statuses(evidence.answers, denials),
        *_silence(told),
        *_lies(told, evidence.probes),
        *_other_limits(told, explanation, evidence.expected),
    )
    return RateLimitReport(
        Verdict.FAILED if faults else Verdict.PASSED,
        accepted,
        len(denials),
        _first(decisions, denials),
        explanation,
        tuple(sorted({name for each in told for name in each.names})),
        faults,
        tuple(_notes(told, explanation, evidence.probes)),
    )


def _first(decisions: Decisions, denials: Iterable[Answer]) -> FirstDenial:
    count = decisions.accepted_at_first
    status = min(denials, key=lambda answer: answer.answered).status
    return FirstDenial(count, float(decisions.times[count] - decisions.times[0]), status)


def _wrong_statuses(answers: Iterable[Answer], denials: Iterable[Answer]) -> Iterator[str]:
    others = {answer.status for answer in denials} - {TOO_MANY_REQUESTS}
    if others:
        yield f"denied with {', '.join(map(str, sorted(others)))} instead of 429 (RFC 6585)"
    broken = sum(answer.status >= _SERVER_ERROR and not is_denied(answer) for answer in answers)
    if broken:
        yield f"{broken:,} requests ended in a server error: the limit does not protect the target"


def _silence(told: Sequence[Claims]) -> Iterator[str]:
    silent = sum(each.retry_after is None for each in told)
    if silent:
        yield f"{silent:,} of {len(told):,} denials have no readable Retry-After"
    malformed = sorted({name for each in told for name in each.malformed})
    if malformed:
        yield f"not readable: {', '.join(malformed)}"


def _lies(told: Sequence[Claims], probes: Iterable[Probed]) -> Iterator[str]:
    more = sum(bool(each.remaining) for each in told)
    if more:
        yield f"{more:,} denials say that requests remain"
    for probed in probes:
        if probed.is_valid and not probed.is_accepted:
            late = probed.sent - (probed.probe.at - probed.probe.seconds)
            yield (
                f"{probed.probe.header} said {plain(probed.probe.seconds)} s, and a request "
                f"{plain(late)} s later was denied"
            )


def _other_limits(
    told: Sequence[Claims], explanation: Explanation | None, expected: Quota | None
) -> Iterator[str]:
    if explanation is None:
        if expected:
            yield "the limit could not be measured, so it is not shown to be the expected one"
        return
    measured = explanation.limiter
    if expected and not _is_same(expected, measured):
        yield f"expected {_worded(expected)}, measured a {measured}"
    stated = sorted({quota for each in told for quota in each.quotas if quota.seconds}, key=_rate)
    # Of several policies the strictest is the one that is met.
    if stated and not any(_is_same(quota, measured) for quota in stated):
        yield f"states {_worded(stated[0])}, but is a {measured}"


def _is_same(quota: Quota, measured: Limiter) -> bool:
    measure = measured.rate if quota.seconds else measured.burst
    stated, close = _rate(quota), _CLOSE * _rate(quota)
    return measure.low - close <= stated <= measure.high + close


def _rate(quota: Quota) -> float:
    """Return requests a second, or the requests where no time is named."""
    return quota.requests / (quota.seconds or 1)


def _worded(quota: Quota) -> str:
    time = f"in {quota.seconds:,} s" if quota.seconds else "at once"
    return f"{quota.requests:,} requests {time}"


def _notes(
    told: Sequence[Claims], explanation: Explanation | None, probes: Iterable[Probed]
) -> Iterator[str]:
    if not any(each.remaining is not None or each.quotas for each in told):
        yield "no RateLimit headers: callers cannot slow down before they are denied"
    if explanation is None:
        yield "no single bucket or window explains the decisions; there may be several limits"
    elif explanation.others:
        others = ", ".join(map(str, explanation.others))
        yield f"explained as well by: {others}"
    if not any(probed.is_valid for probed in probes):
        yield "whether a retry at the stated time succeeds was not tested"
