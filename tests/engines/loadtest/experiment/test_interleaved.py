"""Two servers in turns: who is asked when, how often, and which is called the slower."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby

import pytest

from server.engines.loadtest.compare.interleaved import Side, turns
from server.engines.loadtest.compare.verdict import Comparison, Verdict
from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.experiment.interleaved import Compared, interleaved
from server.engines.loadtest.plan import Arrivals, OpenLoad, Plan, Stage
from server.engines.loadtest.run import End, Run
from tests.engines.loadtest.generators import Laboratory
from tests.engines.loadtest.origin import OK, Exchange, origin
from tests.engines.loadtest.plans import plan_for

pytestmark = pytest.mark.anyio

PAIRS = 6
SLOW = 0.06  # seconds
SEGMENT = OpenLoad(150, (Stage(0.15, 150),), Arrivals.POISSON, seed=5)


@dataclass(slots=True)
class Pair:
    """Two servers that answer after so many seconds, and the order in which they were asked."""

    seconds: dict[Side, float]
    asked: list[Side] = field(default_factory=list[Side])

    async def plans(self, stack: AsyncExitStack) -> list[Plan]:
        return [await self._plan(side, stack) for side in Side]

    async def _plan(self, side: Side, stack: AsyncExitStack) -> Plan:
        async def serve(exchange: Exchange) -> None:
            self.asked.append(side)
            await asyncio.sleep(self.seconds[side])
            await exchange.write(OK)

        server = await stack.enter_async_context(origin(serve))
        return plan_for(server.port, SEGMENT)

    @property
    def segments(self) -> list[tuple[Side, int]]:
        """Whose turn it was, and how many requests came in it; two turns of one are one."""
        return [(side, len([*each])) for side, each in groupby(self.asked)]


async def compared(pair: Pair, laboratory: Laboratory, conduct: Conduct | None = None) -> Compared:
    async with AsyncExitStack() as stack:
        first, second = await pair.plans(stack)
        return await interleaved(first, second, PAIRS, conduct or laboratory.conduct)


def pair_of(first: float, second: float) -> Pair:
    return Pair({Side.FIRST: first, Side.SECOND: second})


async def test_the_sides_are_asked_in_turns_and_a_pair_gets_the_same_arrivals() -> None:
    pair, laboratory = pair_of(0, 0), Laboratory()

    found = await compared(pair, laboratory)

    assert [side for side, _ in found.runs] == list(turns(PAIRS))
    assert [side for side, _ in pair.segments] == [side for side, _ in groupby(turns(PAIRS))]
    taken = [run.total.taken for _, run in found.runs]
    assert taken[::2] == taken[1::2]
    assert len(set(taken)) > 1
    assert pair.asked.count(Side.FIRST) == sum(run.total.taken for run in found.first_runs)
    assert pair.asked.count(Side.SECOND) == sum(run.total.taken for run in found.second_runs)
    assert laboratory.seen[0][1].startswith("segment 1 of 12 (origin.test:")


async def test_a_server_against_itself_shows_no_difference() -> None:
    found = await compared(pair_of(0.05, 0.05), Laboratory())

    assert found.comparison
    assert found.comparison.verdict in {Verdict.NO_DIFFERENCE, Verdict.TOO_NOISY}


async def audible(first: float, second: float) -> Comparison:
    """Compare until the machine is not too noisy, as a reader of that verdict would."""
    for _ in range(5):
        found = await compared(pair_of(first, second), Laboratory())
        if found.comparison and found.comparison.verdict is not Verdict.TOO_NOISY:
            return found.comparison
    pytest.skip("this machine is too noisy to compare anything")


async def test_a_slower_second_side_is_slower() -> None:
    found = await audible(0.0, SLOW)

    assert found.verdict is Verdict.SLOWER
    assert found.findings[0].interval.low > 1


async def test_a_faster_second_side_is_faster() -> None:
    found = await audible(SLOW, 0.0)

    assert found.verdict is Verdict.FASTER
    assert found.findings[0].interval.high < 1


async def test_a_pair_with_a_void_segment_is_left_out_and_too_few_pairs_void_all() -> None:
    found = await compared(pair_of(0.0, SLOW), Laboratory(void=frozenset({4})))

    assert found.comparison
    assert found.comparison.verdict is Verdict.VOID
    assert "1 of 6" in " ".join(found.comparison.cautions)


async def test_a_stop_leaves_the_segments_and_no_verdict() -> None:
    laboratory = Laboratory()

    async def stopping(plan: Plan, label: str) -> Run:
        if len(laboratory.seen) == 3:
            laboratory.stop.set()
        return await laboratory.conduct.measure(plan, label)

    pair = pair_of(0, 0)
    found = await compared(pair, laboratory, Conduct(stopping, laboratory.stop))

    assert len(found.runs) == 4
    assert found.comparison is None
    assert found.runs[-1][1].total.taken == 0
    assert [side for side, _ in pair.segments] == [Side.FIRST, Side.SECOND]


async def test_a_server_that_asks_for_mercy_is_not_asked_by_the_next_segment() -> None:
    laboratory = Laboratory()

    async def ended(plan: Plan, label: str) -> Run:
        run = await laboratory.conduct.measure(plan, label)
        return replace(run, end=End.ABORTED) if len(laboratory.seen) == 2 else run

    pair = pair_of(0, 0)
    found = await compared(pair, laboratory, Conduct(ended, laboratory.stop))

    assert len(found.runs) == 2
    assert found.comparison is None
    assert [side for side, _ in pair.segments] == [Side.FIRST, Side.SECOND]
