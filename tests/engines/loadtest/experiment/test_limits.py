"""A rate limit from outside: its burst, its refill, and whether its headers keep their word."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from server.engines.loadtest.experiment.limits import LONGEST_WAIT, Limited, limits
from server.engines.loadtest.rate_limit.headers import Quota
from server.engines.loadtest.rate_limit.limiter import Kind
from server.engines.loadtest.rate_limit.verdict import Verdict
from tests.engines.loadtest.generators import Laboratory
from tests.engines.loadtest.origin import OK, Exchange, ok, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = pytest.mark.anyio

BURST, REFILL = 20.0, 40.0
LOAD = steady(150, 0.8)


@dataclass(slots=True)
class Bucket:
    """A token bucket; `told` says what a denial states of the seconds until the next token."""

    told: Callable[[float], str]
    status: bytes = b"429 Too Many Requests"
    level: float = BURST
    last: float = field(default_factory=time.monotonic)
    decisions: list[bool] = field(default_factory=list[bool])

    async def serve(self, exchange: Exchange) -> None:
        now = time.monotonic()
        self.level, self.last = min(BURST, self.level + (now - self.last) * REFILL), now
        self.decisions.append(self.level >= 1)
        if self.level >= 1:
            self.level -= 1
            await exchange.write(OK)
        else:
            stated = self.told((1 - self.level) / REFILL)
            await exchange.write(
                b"HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n" % (self.status, stated.encode())
            )


def honest(seconds: float) -> str:
    del seconds
    return "Retry-After: 0.2\r\nRateLimit-Policy: 40;w=1\r\n"


async def limited(
    bucket: Bucket, laboratory: Laboratory | None = None, expected: Quota | None = None
) -> Limited:
    laboratory = laboratory or Laboratory()
    async with origin(bucket.serve) as server:
        plan = plan_for(server.port, LOAD)
        return await limits(plan, laboratory.conduct, expected=expected)


async def undisturbed(
    told: Callable[[float], str] = honest, expected: Quota | None = None
) -> tuple[Bucket, Limited]:
    """Measure until the machine let every request keep its time, without which nothing fits."""
    for _ in range(6):
        bucket, laboratory = Bucket(told), Laboratory()
        found = await limited(bucket, laboratory, expected)
        if laboratory.latest_us < 25_000:
            return bucket, found
    pytest.skip("this machine is too busy to keep the times of a rate limit")


async def test_burst_and_refill_are_found_and_honest_headers_pass() -> None:
    bucket, found = await undisturbed()

    report = found.report
    of_load = bucket.decisions[:-1]
    assert report.verdict is Verdict.PASSED, report.faults
    assert (report.accepted, report.denied) == (of_load.count(True), of_load.count(False))
    assert report.first
    assert report.first.after_requests == bucket.decisions.index(False)
    assert report.explanation
    measured = report.explanation.limiter
    assert measured.kind is Kind.TOKEN_BUCKET
    assert measured.burst.low <= BURST <= measured.burst.high
    assert measured.rate.low <= REFILL <= measured.rate.high
    assert report.headers == ("ratelimit-policy", "retry-after")


async def test_the_stated_moment_is_tried_by_one_request_and_no_sooner() -> None:
    bucket, laboratory = Bucket(honest), Laboratory()

    found = await limited(bucket, laboratory)

    assert laboratory.rates == [150, 1]
    assert len(bucket.decisions) == found.run.total.taken + 1
    assert bucket.decisions[-1] is True
    assert "not tested" not in " ".join(found.report.notes)


async def test_a_retry_after_that_lies_is_a_fault() -> None:
    found = await limited(Refilling())

    assert found.report.verdict is Verdict.FAILED
    assert "Retry-After said 0 s, and a request" in " ".join(found.report.faults)


class Refilling(Bucket):
    """A bucket that says "at once" and is never filled again."""

    def __init__(self) -> None:
        super().__init__(lambda _: "Retry-After: 0\r\n")

    async def serve(self, exchange: Exchange) -> None:
        self.last = time.monotonic()
        await super().serve(exchange)


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ("", "denials have no readable Retry-After"),
        (
            "Retry-After: 0.2\r\nRateLimit-Policy: 5000;w=1\r\n",
            "states 5,000 requests in 1 s, but is a",
        ),
        (
            "Retry-After: 0.2\r\nX-RateLimit-Remaining: 7\r\n",
            "denials say that requests remain",
        ),
    ],
    ids=["silent", "other-quota", "remaining"],
)
async def test_what_headers_leave_out_or_get_wrong_is_a_fault(headers: str, fault: str) -> None:
    _, found = await undisturbed(lambda _: headers)

    assert found.report.verdict is Verdict.FAILED
    assert fault in " ".join(found.report.faults)


async def test_the_limit_that_was_expected_is_held_against_the_one_that_is_there() -> None:
    _, found = await undisturbed(expected=Quota(5_000, 1))

    assert found.report.verdict is Verdict.FAILED
    assert "expected 5,000 requests in 1 s, measured a" in " ".join(found.report.faults)


async def test_where_nothing_is_denied_that_is_the_verdict_and_nothing_is_tried() -> None:
    laboratory = Laboratory()

    async with origin(ok) as server:
        found = await limits(plan_for(server.port, steady(100, 0.2)), laboratory.conduct)

    assert found.report.verdict is Verdict.NOT_LIMITED
    assert len(laboratory.seen) == 1


async def test_a_wait_that_is_too_long_is_told_and_not_waited_for() -> None:
    laboratory = Laboratory()
    hours = Bucket(lambda _: "Retry-After: 7200\r\n")

    found = await limited(hours, laboratory)

    assert found.untried == 7200 > LONGEST_WAIT
    assert len(laboratory.seen) == 1


async def test_a_stop_ends_the_wait_for_the_stated_moment() -> None:
    laboratory = Laboratory()

    class Stopping(Bucket):
        async def serve(self, exchange: Exchange) -> None:
            await super().serve(exchange)
            if len(self.decisions) == 100:
                asyncio.get_running_loop().call_later(0.8, laboratory.stop.set)

    found = await limited(Stopping(lambda _: "Retry-After: 100\r\n"), laboratory)

    assert len(laboratory.seen) == 1
    assert found.report.denied
