"""Runs that never happened, as pages show them: figures from a fixed seed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from server.engines.loadtest.capacity.search import Step, capacity
from server.engines.loadtest.compare.effect import Effect, Interval
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.verdict import Comparison, Finding, Verdict
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.judgment import Judgment, Status
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.plan import Endpoint, Message, OpenLoad, Plan, Stage, Target
from server.engines.loadtest.run import End, Run
from server.engines.loadtest.slo import Slo
from server.reports.load_climb import Climb
from server.reports.load_page import Beside, LoadPage, SecondSide, Trouble

RATE = 400
SECONDS = 30
STALL = range(17, 20)

PLAN = Plan(
    run_id="7f3a9c21",
    endpoint=Endpoint("http", "shop.internal", 8080, "127.0.0.1"),
    targets=(
        Target("GET /orders", (Message("GET", "/orders"),), weight=3),
        Target("POST /orders", (Message("POST", "/orders"),)),
    ),
    load=OpenLoad(RATE / 2, (Stage(10, RATE), Stage(SECONDS - 10, RATE))),
)
MACHINE = Environment("AMD EPYC 9B14", 8, 1.42, "Linux 6.9", "3.11.9", "0.1.0", "4f2c91d")


def frames(seconds: int = SECONDS, *, slower: float = 1.0, seed: int = 7) -> tuple[Frame, ...]:
    """Return a frame for each second: a ramp, and a stall in which requests wait."""
    dice = np.random.default_rng(seed)
    return tuple(_frame(second, slower, dice) for second in range(seconds))


def _frame(second: int, slower: float, dice: np.random.Generator) -> Frame:
    count = round(RATE / 2 * (1 + min(second + 0.5, 10) / 10))
    service = dice.lognormal(8.6, 0.55, count) * slower
    waiting = dice.uniform(0, 1.4e6, count) if second in STALL else np.zeros(count)
    bad = 9 if second in STALL else int(dice.random() < 0.15)
    response = Histogram.of((service + waiting).astype(np.int64))
    good = Histogram.of(np.sort(service + waiting)[: count - bad].astype(np.int64))
    return Frame(
        start=float(second),
        end=second + 1.0,
        taken=count,
        answered=Counter({(0, "200"): count - bad - count // 4, (1, "201"): count // 4}),
        failed=Counter({(0, "connection_reset"): bad}) if bad else Counter(),
        sent_bytes=count * 180,
        received_bytes=count * 2_310,
        cpu=0.31,
        connections=42,
        in_flight=count * 0.006,
        response=response,
        good=good,
        service=Histogram.of(service.astype(np.int64)),
        lag=Histogram.of(dice.gamma(2, 40, count).astype(np.int64)),
        connecting=Histogram.of(dice.gamma(3, 90, 3).astype(np.int64)),
        by_target=(response, good),
        examples={"connection_reset": ["read: connection reset by peer"]} if bad else {},
    )


def run_of(seconds: Sequence[Frame], *, end: End = End.COMPLETED, reason: str = "") -> Run:
    return Run(
        plan=PLAN,
        seconds=tuple(seconds),
        total=total(seconds),
        planned=sum(each.taken for each in seconds),
        end=end,
        reason=reason,
        workers=2,
        lost=(),
        busiest=0.31,
        loop="uvloop",
        started_at=1_795_000_000.0,
    )


def void(run: Run) -> Run:
    """Return the run with a generator that was the limit."""
    return replace(run, busiest=0.97)


def sound_page() -> LoadPage:
    """Return the page of one good run with two goals."""
    return LoadPage(
        run=run_of(frames()),
        target="http://shop.internal:8080/orders",
        load="from 200 requests/s to 400/s in 10 s, poisson arrivals, sent when due",
        goals=(
            Judgment("p99<300ms", Status.FAILED, "1.09 s", "11,000 requests"),
            Judgment("error_rate<1%", Status.PASSED, "0.29 %", "11,000 requests"),
            Judgment("p(99.99)<2s", Status.INSUFFICIENT, "", "11,000 requests, 100,000 needed"),
        ),
        troubles=(
            Trouble("connection_reset", 31, ("read: connection reset by peer",)),
            Trouble(
                "status 503", 4, ("HTTP/1.1 503 Service Unavailable Retry-After: 2 overloaded",)
            ),
        ),
        environment=MACHINE,
        calibration=frames(2)[0].lag,
        notes=("generator and server share this machine and its cores",),
    )


def compared_page() -> LoadPage:
    """Return the page of a comparison."""
    other = total(frames(slower=0.8, seed=8))
    segments = tuple(
        replace(each, start=each.start % 3, end=each.start % 3 + 1) for each in frames(22)[10:]
    )
    steady = replace(PLAN, load=OpenLoad(RATE, (Stage(len(segments), RATE),)))
    run = run_of(segments)
    return replace(
        sound_page(),
        run=replace(run, plan=steady, total=replace(run.total, end=float(len(segments)))),
        goals=(),
        beside=Beside(
            second=SecondSide("http://shop.internal:8081/orders", other.response, other.service),
            comparison=Comparison(
                Verdict.MIXED,
                (
                    _finding("p50", Verdict.FASTER, (0.8, 0.76, 0.84)),
                    _finding("p95", Verdict.NO_DIFFERENCE, (0.97, 0.9, 1.05)),
                    _finding("p99", Verdict.SLOWER, (1.31, 1.12, 1.53)),
                    _finding("throughput", Verdict.NO_DIFFERENCE, (1.0, 0.99, 1.01)),
                ),
                "interleaved pairs",
                ("1 of 10 were left out: the generator was the limit",),
            ),
        ),
        conclusions=("second against first: faster in some figures, slower in others",),
    )


def climbed_page() -> LoadPage:
    """Return the page of a rate search: a queue that breaks at 400 requests a second."""
    steps = tuple(_step(rate) for rate in (12.5, 20, 33, 55, 90, 148, 243, 400, 282, 321, 361))
    found = capacity(steps, Slo("p99<100ms", Decimal(99), 100_000, 86_400))
    return replace(
        sound_page(),
        beside=Beside(climb=Climb(steps, found)),
        conclusions=(f"capacity at the goal: {found.rate:g} requests/s",),
    )


def _step(rate: float) -> Step:
    count = max(1, round(rate * 10))
    dice = np.random.default_rng(round(rate))
    times = dice.gamma(4, 1_500 / max(0.02, 1 - rate / 380), count).astype(np.int64)
    latencies = Histogram.of(times)
    void = "requests were sent late" if rate == _VOID_RATE else ""
    late = round(max(0, count - 3_400) * 0.9)
    run = Measurement(latencies, latencies, 0, 10.0, void, late)
    return Step(rate, run, rate * times.mean() / 1e6)


_VOID_RATE = 282


def _finding(metric: str, verdict: Verdict, ratio: tuple[float, float, float]) -> Finding:
    smallest = Effect.of_pairs([0.0, 0.1]).smallest_shown(0.05)
    reason = "a change of 9 % would have been found"
    return Finding(metric, verdict, Interval(*ratio), 0.01, smallest, reason)
