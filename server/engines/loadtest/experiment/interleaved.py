"""Two servers measured in turns, segment by segment."""

from dataclasses import dataclass, replace

from server.engines.loadtest.compare.interleaved import Side, compare, turns
from server.engines.loadtest.compare.verdict import Comparison
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.health import measurement
from server.engines.loadtest.plan import ClosedLoad, OpenLoad, Plan
from server.engines.loadtest.run import End, Run


@dataclass(frozen=True, slots=True)
class Compared:
    """Every segment with its side, and the verdict; none where it ended too early."""

    runs: tuple[tuple[Side, Run], ...]
    comparison: Comparison | None

    @property
    def first_runs(self) -> list[Run]:
        """The segments of the first side."""
        return [run for side, run in self.runs if side is Side.FIRST]

    @property
    def second_runs(self) -> list[Run]:
        """The segments of the second side; none where it was stopped before its turn."""
        return [run for side, run in self.runs if side is Side.SECOND]


async def interleaved(first: Plan, second: Plan, pairs: int, conduct: Conduct) -> Compared:
    """Measure both plans in ABBA order; each segment lasts what the plan lasts.

    A server that a segment was ended for, because of what it answered, is not asked again.
    """
    order = turns(pairs)
    runs: list[tuple[Side, Run]] = []
    for number, side in enumerate(order, start=1):
        if runs and conduct.stop.is_set:
            break
        plan = first if side is Side.FIRST else second
        seeded = replace(plan, load=_seeded(plan.load, (number - 1) // 2))
        label = f"segment {number} of {len(order)} ({plan.endpoint.host}:{plan.endpoint.port})"
        runs.append((side, await conduct.measure(seeded, label)))
        if runs[-1][1].end is End.ABORTED:
            break
    whole = [measurement(run) for _, run in runs]
    is_whole = len(runs) == len(order) and not conduct.stop.is_set
    return Compared(tuple(runs), compare(whole) if is_whole else None)


def _seeded(load: OpenLoad | ClosedLoad, pair: int) -> OpenLoad | ClosedLoad:
    """Give both segments of a pair the same arrivals, and each pair its own."""
    return replace(load, seed=load.seed + pair) if isinstance(load, OpenLoad) else load
