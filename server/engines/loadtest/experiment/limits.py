"""More requests than a rate limit should let through, and one more when it says that it may be."""

import time
from dataclasses import dataclass, replace
from typing import Final

from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.plan import Arrivals, OpenLoad, Plan, Stage
from server.engines.loadtest.rate_limit.headers import Quota
from server.engines.loadtest.rate_limit.probe import Probe, Probed, next_probe
from server.engines.loadtest.rate_limit.sequence import is_denied
from server.engines.loadtest.rate_limit.verdict import Evidence, RateLimitReport, judge
from server.engines.loadtest.run import Run

LONGEST_WAIT: Final = 120.0
"""Seconds that a stated waiting time may have to be tried out."""
MOST_ANSWERS: Final = 100_000
"""Requests that a load may have when each of its answers is recorded."""
_MARGIN: Final = 0.05  # seconds after the stated moment, for clocks that tick in between
_ONE: Final = OpenLoad(1, (Stage(1, 1),), Arrivals.CONSTANT)


@dataclass(frozen=True, slots=True)
class Limited:
    """The run, and what it says about the limit; `untried` is a wait that was too long to try."""

    run: Run
    report: RateLimitReport
    untried: float = 0.0


async def limits(plan: Plan, conduct: Conduct, *, expected: Quota | None = None) -> Limited:
    """Carry the plan out with every answer recorded, then try one stated waiting time.

    `expected` is the limit that the caller says the target has.
    """
    run = await conduct.measure(replace(plan, records_headers=True, stops_on_trouble=False), "load")
    evidence = Evidence(run.total.answers, started_at=run.started_at, expected=expected)
    probe = next_probe(evidence.answers, started_at=run.started_at)
    if probe is None or conduct.stop.is_set:
        return Limited(run, judge(evidence))
    if _wait_for(probe, run.started_at) > LONGEST_WAIT:
        return Limited(run, judge(evidence), untried=probe.seconds)
    probed = await _tried(plan, probe, run.started_at, conduct)
    return Limited(run, judge(replace(evidence, probes=probed)))


def _wait_for(probe: Probe, started_at: float) -> float:
    return max(0.0, started_at + probe.at + _MARGIN - time.time())


async def _tried(
    plan: Plan, probe: Probe, started_at: float, conduct: Conduct
) -> tuple[Probed, ...]:
    await conduct.stop.wait(_wait_for(probe, started_at))
    one = replace(plan, load=_ONE, records_headers=True, stops_on_trouble=False)
    if conduct.stop.is_set:
        return ()
    run = await conduct.measure(one, f"the stated wait of {probe.seconds:.0f} s is over")
    if not run.total.answers:
        return ()
    answer = run.total.answers[0]
    sent = run.started_at + answer.sent - started_at
    return (Probed(probe, sent, not is_denied(answer)),)
