"""The rate goes up step by step until the server no longer keeps its promise."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from server.engines.loadtest.capacity.recommendations import Scaling, scaling
from server.engines.loadtest.capacity.search import Standing, Step, capacity
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.health import measurement
from server.engines.loadtest.plan import OpenLoad, Plan, Stage
from server.engines.loadtest.run import Run
from server.engines.loadtest.slo import Slo

STEPS: Final = 8
_BELOW: Final = 32.0  # the first rate is the highest divided by this
# A slow step is often unclear: it has too few requests to tell, and faster ones will.
_ENDS: Final = frozenset({Standing.FAILS, Standing.VOID})
_FINE: Final = 3  # steps between the last rate that held and the first that did not


@dataclass(frozen=True, slots=True)
class Searched:
    """Every step, and what follows from all of them."""

    runs: tuple[Run, ...]
    scaling: Scaling


async def search(plan: Plan, slo: Slo, seconds: float, conduct: Conduct) -> Searched:
    """Raise the rate in equal ratios up to the plan's, then look closer where it broke.

    Each step lasts `seconds`; the search ends early when a step fails, or the generator is the
    limit.
    """
    if not isinstance(plan.load, OpenLoad):
        raise TypeError("a search raises the rate of an open model")
    runs: list[Run] = []
    steps: list[Step] = []

    async def measured(rate: float) -> Standing:
        run = await conduct.measure(_at(plan, rate, seconds), f"{rate:.0f} requests/s")
        runs.append(run)
        steps.append(Step(rate, measurement(run), run.in_flight))
        return capacity([steps[-1]], slo).steps[0].standing

    for rate in coarse(plan.load.peak):
        if await measured(rate) in _ENDS or conduct.stop.is_set:
            break
    for rate in _closer(capacity(steps, slo).rate, steps):
        if conduct.stop.is_set:
            break
        await measured(rate)
    return Searched(tuple(runs), scaling(steps, slo, wanted=plan.load.peak))


def coarse(highest: float) -> Iterator[float]:
    """Yield rates in equal ratios up to the highest."""
    ratio = _BELOW ** (1 / (STEPS - 1))
    for place in range(STEPS - 1, -1, -1):
        yield highest / ratio**place


def _closer(held: float, steps: list[Step]) -> Iterator[float]:
    broke = min((step.offered for step in steps if step.offered > held), default=0.0)
    if held and broke:
        for place in range(1, _FINE + 1):
            yield held + (broke - held) * place / (_FINE + 1)


def _at(plan: Plan, rate: float, seconds: float) -> Plan:
    if not isinstance(plan.load, OpenLoad):
        raise TypeError("a search raises the rate of an open model")
    load = replace(plan.load, start_rate=rate, stages=(Stage(seconds, rate),))
    return replace(plan, load=load)
