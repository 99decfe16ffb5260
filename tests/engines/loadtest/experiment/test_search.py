"""A rate search: which rates a server meets, and where the search says that it broke."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from math import ceil

import pytest

from server.engines.loadtest.experiment.conduct import Conduct
from server.engines.loadtest.experiment.search import Searched, coarse, search
from server.engines.loadtest.plan import ClosedLoad, Plan
from server.engines.loadtest.run import Run
from server.engines.loadtest.slo import Slo
from tests.engines.loadtest.generators import Laboratory
from tests.engines.loadtest.origin import OK, Exchange, Origin, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = pytest.mark.anyio

# Few requests are enough for it, and a busy machine is not slow enough to miss it.
GOAL = Slo("p80<200ms", Decimal(80), 200_000, 86_400)
SLOW = 0.3  # seconds
STEP = 0.2  # seconds
PEAK = 400.0
LADDER = [round(rate, 1) for rate in coarse(PEAK)]


@asynccontextmanager
async def breaking_above(rate: float, laboratory: Laboratory) -> AsyncGenerator[Origin, None]:
    """Serve at once while no more than `rate` requests a second are offered, and slowly above."""

    async def serve(exchange: Exchange) -> None:
        if laboratory.rates[-1] > rate:
            await asyncio.sleep(SLOW)
        await exchange.write(OK)

    async with origin(serve) as server:
        yield server


async def searched(
    rate: float, laboratory: Laboratory, *, conduct: Conduct | None = None
) -> Searched:
    async with breaking_above(rate, laboratory) as server:
        plan = plan_for(server.port, steady(PEAK, 1))
        return await search(plan, GOAL, STEP, conduct or laboratory.conduct)


async def test_it_stops_where_the_goal_breaks_and_looks_closer_below() -> None:
    laboratory = Laboratory()

    found = await searched(180, laboratory)

    held, broke = LADDER[5], LADDER[6]
    between = [round(held + (broke - held) * part / 4, 1) for part in (1, 2, 3)]
    assert laboratory.rates == [*LADDER[:7], *between]
    assert held < 180 < broke
    assert round(found.scaling.capacity.rate, 1) == between[0]
    assert round(found.scaling.capacity.fails_at or 0, 1) == between[1]
    assert found.notes == ()


async def test_a_server_that_never_breaks_gets_every_rate_and_leaves_a_lower_bound() -> None:
    laboratory = Laboratory()

    async with breaking_above(PEAK, laboratory) as server:
        plan = plan_for(server.port, steady(PEAK, 1))
        found = await search(plan, GOAL, STEP, laboratory.conduct)

    assert laboratory.rates == LADDER
    assert {plan.load.seconds for plan, _ in laboratory.seen} == {STEP}
    assert laboratory.seen[0][1] == "12 requests/s"
    sent = [run.total.taken for run in found.runs]
    assert sent == [ceil(rate * STEP - 1e-9) for rate in coarse(PEAK)]
    assert sum(sent) == len(server.heads)
    assert found.scaling.capacity.rate == pytest.approx(PEAK)
    assert "lower bound" in " ".join(found.scaling.withheld)


@pytest.mark.parametrize("number", [0, 3])
async def test_a_void_step_is_made_once_more_and_that_is_said(number: int) -> None:
    laboratory = Laboratory(void=frozenset({number}))

    found = await searched(PEAK, laboratory)

    assert laboratory.rates == [*LADDER[: number + 1], *LADDER[number:]]
    assert found.scaling.capacity.rate == pytest.approx(PEAK)
    assert len(found.notes) == 1
    assert "tried again, as it was void: a generator used 100% of a core" in found.notes[0]


async def test_a_step_that_is_void_twice_ends_the_climb() -> None:
    laboratory = Laboratory(void=frozenset({2, 3}))

    found = await searched(PEAK, laboratory)

    assert laboratory.rates == [*LADDER[:3], LADDER[2]]
    assert len(found.runs) == len(found.steps) == 4


@pytest.mark.parametrize("laboratory", [Laboratory(), Laboratory(void=frozenset({0, 1}))])
async def test_where_the_lowest_rate_is_too_high_already_the_search_begins_anew_below(
    laboratory: Laboratory,
) -> None:
    async with breaking_above(5, laboratory) as server:
        plan = plan_for(server.port, steady(PEAK, 1))
        found = await search(plan, GOAL, STEP, laboratory.conduct)

    below = [round(rate, 1) for rate in coarse(LADDER[0])][:-1]
    tries = 2 if laboratory.void else 1
    assert laboratory.rates[:tries] == [LADDER[0]] * tries
    assert laboratory.rates[tries : tries + 3] == below[:3]
    assert f"began anew below {LADDER[0]:g} requests/s" in found.notes[-1]
    assert max(laboratory.rates) == LADDER[0]


async def test_a_stop_ends_it_with_the_steps_that_were_made_whole() -> None:
    laboratory = Laboratory()

    async def stopping(plan: Plan, label: str) -> Run:
        if len(laboratory.seen) == 2:
            laboratory.stop.set()
        return await laboratory.conduct.measure(plan, label)

    found = await searched(180, laboratory, conduct=Conduct(stopping, laboratory.stop))

    assert laboratory.rates == LADDER[:3]
    assert len(found.runs) == 3
    assert [round(step.offered, 1) for step in found.steps] == LADDER[:2]


@pytest.mark.parametrize("allowed", [{"seconds": 3.5 * STEP}, {"requests": 17}])
async def test_it_ends_when_all_that_it_may_take_is_used(allowed: dict[str, float]) -> None:
    laboratory = Laboratory()
    conduct = replace(laboratory.conduct, **allowed)

    found = await searched(PEAK, laboratory, conduct=conduct)

    assert laboratory.rates == LADDER[:3]
    assert found.notes == ("the search ended early: it may take no more seconds or requests",)


async def test_users_who_wait_have_no_rate_to_raise() -> None:
    laboratory = Laboratory()
    plan = replace(plan_for(1, steady(1, 1)), load=ClosedLoad(1, 1))

    with pytest.raises(TypeError, match="open model"):
        await search(plan, GOAL, STEP, laboratory.conduct)


def test_the_ladder_ends_at_the_highest_rate() -> None:
    rates = [*coarse(3200.0)]

    assert (rates[0], rates[-1]) == (pytest.approx(100), pytest.approx(3200))
