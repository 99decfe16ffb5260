"""The rate goes up step by step until the server no longer keeps its promise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from server.engines.loadtest.capacity.recommendations import Scaling, scaling
from server.engines.loadtest.capacity.search import Standing, Step, capacity
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.experiment.segment import segment
from server.engines.loadtest.health import measurement
from server.engines.loadtest.plan import OpenLoad, Plan
from server.engines.loadtest.run import Run
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.wording import plain

STEPS: Final = 8
_BELOW: Final = 32.0  # the first rate is the highest divided by this
# A slow step is often unclear: it has too few requests to tell, and faster ones will.
_ENDS: Final = frozenset({Standing.FAILS, Standing.VOID})
_FINE: Final = 3  # steps between the last rate that held and the first that did not


@dataclass(frozen=True, slots=True)
class Searched:
    """Every step, what follows from all of them, and what the search itself met with."""

    runs: tuple[Run, ...]
    steps: tuple[Step, ...]
    scaling: Scaling
    notes: tuple[str, ...] = ()


async def search(plan: Plan, slo: Slo, seconds: float, conduct: Conduct) -> Searched:
    """Raise the rate in equal ratios up to the plan's, then look closer where it broke.

    Each step lasts `seconds`; one in which the generator was the limit is made once more, for it
    may have been a passing disturbance. The search ends early when a step fails or is void again,
    and where that is the first of all, it begins anew below it; and when all that `conduct` allows
    is used. A step that was cut short by a stop is among the runs, but not among the steps.
    """
    if not isinstance(plan.load, OpenLoad):
        raise TypeError("a search raises the rate of an open model")
    ladder = _Ladder(plan, slo, seconds, conduct)
    await ladder.climb(coarse(plan.load.peak))
    if ladder.broke_at_once:
        lowest = ladder.steps[0].offered
        ladder.notes.append(f"the search began anew below {plain(lowest)} requests/s")
        await ladder.climb(islice(coarse(lowest), STEPS - 1))
    await ladder.look_closer()
    made = scaling(ladder.steps, slo, wanted=plan.load.peak)
    return Searched(tuple(ladder.runs), tuple(ladder.steps), made, tuple(ladder.notes))


def coarse(highest: float) -> Iterator[float]:
    """Yield rates in equal ratios up to the highest."""
    ratio = _BELOW ** (1 / (STEPS - 1))
    for place in range(STEPS - 1, -1, -1):
        yield highest / ratio**place


class _Ladder:
    """The steps of a search, in the order in which they were made."""

    def __init__(self, plan: Plan, slo: Slo, seconds: float, conduct: Conduct) -> None:
        self._plan = plan
        self._slo = slo
        self._seconds = seconds
        self._conduct = conduct
        self._is_exhausted = False
        self.runs: list[Run] = []
        self.steps: list[Step] = []
        self.notes: list[str] = []

    @property
    def broke_at_once(self) -> bool:
        """Whether no step was made but the lowest, and that one did not hold."""
        rates = {step.offered for step in self.steps}
        return len(rates) == 1 and self._standing_of(self.steps[-1]) in _ENDS

    async def climb(self, rates: Iterable[float]) -> None:
        """Make a step at each rate, until one ends the search."""
        for rate in rates:
            if self._is_over(rate) or await self._standing_at(rate) in _ENDS:
                return

    async def look_closer(self) -> None:
        """Make a few steps between the highest rate that held and the one above it."""
        for rate in [*_closer(capacity(self.steps, self._slo).rate, self.steps)]:
            if self._is_over(rate):
                return
            await self._standing_at(rate)

    def _is_over(self, rate: float) -> bool:
        """Tell whether no step at this rate may be made any more; the first one always is."""
        if not self.runs:
            return False
        if not self._is_exhausted and self._would_exceed(rate):
            self._is_exhausted = True
            self.notes.append("the search ended early: it may take no more seconds or requests")
        return self._is_exhausted or self._conduct.stop.is_set

    def _would_exceed(self, rate: float) -> bool:
        sent = sum(run.total.taken for run in self.runs) + rate * self._seconds
        seconds = self._seconds * (len(self.runs) + 1)
        return seconds > self._conduct.seconds or sent > self._conduct.requests

    async def _standing_at(self, rate: float) -> Standing | None:
        standing = await self._measured(rate)
        if standing is Standing.VOID and not self._is_over(rate):
            reason = self.steps[-1].run.void
            self.notes.append(f"{plain(rate)} requests/s was tried again, as it was void: {reason}")
            standing = await self._measured(rate)
        return standing

    async def _measured(self, rate: float) -> Standing | None:
        """Make one step; None where it was stopped and says nothing."""
        plan = replace(self._plan, load=segment(self._plan.load, self._seconds, rate))
        run = await self._conduct.measure(plan, f"{rate:.0f} requests/s")
        self.runs.append(run)
        if self._conduct.stop.is_set:
            return None
        self.steps.append(Step(rate, measurement(run), run.in_flight))
        return self._standing_of(self.steps[-1])

    def _standing_of(self, step: Step) -> Standing:
        return capacity([step], self._slo).steps[0].standing


def _closer(held: float, steps: Iterable[Step]) -> Iterator[float]:
    broke = min((step.offered for step in steps if step.offered > held), default=0.0)
    if held and broke:
        for place in range(1, _FINE + 1):
            yield held + (broke - held) * place / (_FINE + 1)
