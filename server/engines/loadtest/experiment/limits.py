"""More requests than a rate limit should let through, and one more when it says that it may be."""

import time
from dataclasses import dataclass, replace
from typing import Final

import anyio

from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.plan import Arrivals, OpenLoad, Plan, Stage
from server.engines.loadtest.rate_limit.probe import Probe, Probed, next_probe
from server.engines.loadtest.rate_limit.sequence import is_denied
from server.engines.loadtest.rate_limit.verdict import Evidence, RateLimitReport, judge
from server.engines.loadtest.run import Run

LONGEST_WAIT: Final = 120.0
"""Seconds that a stated waiting time may have to be tried out."""
_MARGIN: Final = 0.05  # seconds after the stated moment, for clocks that tick in between
_ONE: Final = OpenLoad(1, (Stage(1, 1),), Arrivals.CONSTANT)


@dataclass(frozen=True, slots=True)
class Limited:
    """The run, and what it says about the limit; `untried` is a wait that was too long to try."""

    run: Run
    report: RateLimitReport
    untried: float = 0.0


async def limits(plan: Plan, conduct: Conduct) -> Limited:
    """Carry the plan out with every answer recorded, then try one stated waiting time."""
    run = await conduct.measure(replace(plan, records_headers=True, stops_on_trouble=False), "load")
    answers = run.total.answers
    probe = next_probe(answers, started_at=run.started_at)
    if probe is None or conduct.stop.is_set:
        return Limited(run, judge(Evidence(answers, started_at=run.started_at)))
    wait = run.started_at + probe.at + _MARGIN - time.time()
    if wait > LONGEST_WAIT:
        evidence = Evidence(answers, started_at=run.started_at)
        return Limited(run, judge(evidence), untried=probe.seconds)
    probed = await _tried(plan, probe, run.started_at, conduct)
    return Limited(run, judge(Evidence(answers, probed, run.started_at)))


async def _tried(
    plan: Plan, probe: Probe, started_at: float, conduct: Conduct
) -> tuple[Probed, ...]:
    await anyio.sleep(max(0.0, started_at + probe.at + _MARGIN - time.time()))
    one = replace(plan, load=_ONE, records_headers=True, stops_on_trouble=False)
    if conduct.stop.is_set:
        return ()
    run = await conduct.measure(one, f"the stated wait of {probe.seconds:.0f} s is over")
    if not run.total.answers:
        return ()
    answer = run.total.answers[0]
    sent = run.started_at + answer.sent - started_at
    return (Probed(probe, sent, not is_denied(answer)),)
