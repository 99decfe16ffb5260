"""Whether a run measured the server or its own generator."""

from collections.abc import Iterator
from typing import Final

from server.engines.loadtest.inference.binomial import Shares, share_interval
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.plan import OpenLoad
from server.engines.loadtest.run import Run

LAG_US: Final = 5_000
"""Lag that is never held against a run, in microseconds."""
LAG_SHARE: Final = 0.1
"""The part of the reported p99 that the generator's own p99 lag may be."""
BUSY: Final = 0.85
"""The part of a core that a generator may use in any second."""
_IDLE: Final = 0.5
"""The part of a core below which a generator that is late was kept waiting by something else."""
_HELD: Final = 0.95
"""The part of the allowed rate from which on it is what limits a closed model."""
_PERCENT: Final = 99
_TAIL: Final = 0.01
"""The part of the requests that may be later; a run is void where surely more of them are."""
_REMEDY: Final = (
    "lower the rate, give the generator more workers, or run it on another machine than the server"
)


def measurement(run: Run) -> Measurement:
    """Return what verdicts look at."""
    ended = run.total.answered.total() + run.total.failed.total()
    return Measurement(
        latencies=run.total.response,
        good=run.total.good,
        errors=ended - run.total.good.count,
        seconds=run.duration,
        void="; ".join(void_reasons(run)),
        late=run.late,
        canceled=run.total.canceled,
        in_flight=run.in_flight,
    )


def void_reasons(run: Run) -> tuple[str, ...]:
    """Return why no verdict may be drawn from a run, each with what would help; none if sound."""
    return tuple(_reasons(run))


def _reasons(run: Run) -> Iterator[str]:
    if run.lost:
        missing = sum(each.planned - each.taken for each in run.lost)
        yield (
            f"{len(run.lost)} of {run.workers} generators were lost, and with them {missing} of "
            f"{run.planned} requests: run it again"
        )
    if run.busiest > BUSY:
        yield f"a generator used {run.busiest:.0%} of a core, over {BUSY:.0%}: {_REMEDY}"
    if isinstance(run.plan.load, OpenLoad) and run.total.lag.count:
        yield from _late(run)


def _late(run: Run) -> Iterator[str]:
    allowed, shares = _allowed_lag_us(run), _late_shares(run)
    if shares.low > _TAIL:
        lag = run.total.lag.percentile(_PERCENT)
        yield (
            f"requests were sent late: p99 of the lag is {lag / 1_000:.1f} ms, over "
            f"{allowed / 1_000:.1f} ms: {_late_remedy(run)}"
        )


def _late_remedy(run: Run) -> str:
    if run.busiest > _IDLE:
        return _REMEDY
    return (
        f"the generator itself used at most {run.busiest:.0%} of a core, so other work on its "
        "machine kept it waiting: end that, or run it on another machine than the server"
    )


def doubts(run: Run) -> tuple[str, ...]:
    """Return what speaks neither for nor against the generator of a run that is not void."""
    if not isinstance(run.plan.load, OpenLoad) or void_reasons(run):
        return ()
    if _late_shares(run).high <= _TAIL:
        return ()
    words = (
        f"{run.total.lag.count:,} requests are too few to show that the generator sent 99 % of "
        f"them within {_allowed_lag_us(run) / 1_000:.1f} ms of when they were due"
    )
    return (words,)


def held_back(run: Run) -> tuple[str, ...]:
    """Return how an operator's bounds, and not the server, limited users who wait for answers."""
    if isinstance(run.plan.load, OpenLoad):
        return ()
    limits = run.plan.limits
    if run.total.taken > limits.requests - run.workers:
        return (f"the users stopped at {run.total.taken:,} requests, as many as are allowed",)
    if run.duration and run.total.taken / run.duration > _HELD * limits.rate:
        return (f"the users were held to {limits.rate:g} requests/s: the server may do more",)
    return ()


def _late_shares(run: Run) -> Shares:
    """Return the interval of the share that is sent later than is allowed."""
    lag = run.total.lag
    return share_interval(lag.count - lag.count_at_most(_allowed_lag_us(run)), lag.count)


def _allowed_lag_us(run: Run) -> int:
    response = run.total.response
    tail = response.percentile(_PERCENT) if response.count else 0
    return max(LAG_US, round(LAG_SHARE * tail))
