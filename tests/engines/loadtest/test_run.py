"""A run that is stopped: nothing more is taken up, and what was is in the books."""

import asyncio
import time
from contextlib import suppress

import anyio
import pytest

from server.engines.loadtest.frame import Frame
from server.engines.loadtest.plan import ClosedLoad, Limits, OpenLoad, Plan
from server.engines.loadtest.run import End, Run, Stop, measure
from tests.engines.loadtest.generators import Laboratory
from tests.engines.loadtest.origin import OK, Answer, Exchange, origin
from tests.engines.loadtest.plans import encrypted, ended, plan_for, steady

pytestmark = pytest.mark.anyio

RATE = 200.0
LONG = 60.0  # seconds


def stopping_at(number: int, stop: Stop, moments: list[float]) -> Answer:
    """Answer until a request of this number comes, stop then, and answer no more."""

    async def serve(exchange: Exchange) -> None:
        if exchange.number == number:
            moments.append(time.time())
            stop.set()
        if exchange.number < number:
            await exchange.write(OK)

    return serve


def watched(_: Frame) -> None: ...


async def measured(plan: Plan, stop: Stop) -> Run:
    return await measure(plan, stop=stop, watch=watched)


async def test_nothing_is_taken_up_that_was_due_after_the_stop() -> None:
    laboratory, moments = Laboratory(), list[float]()

    async with origin(stopping_at(30, laboratory.stop, moments)) as server:
        plan = plan_for(server.port, steady(RATE, LONG))
        run = await laboratory.conduct.measure(plan, "")

    due = (moments[0] - run.started_at) * RATE + 1
    assert run.end is End.STOPPED
    assert 30 < run.total.taken <= due + 1
    assert len(server.heads) <= run.total.taken == ended(run.total)
    assert run.total.canceled >= 1


@pytest.mark.parametrize("load", [steady(RATE, LONG), ClosedLoad(3, LONG)], ids=["open", "closed"])
async def test_a_generator_of_its_own_process_ends_with_what_there_is(
    load: OpenLoad | ClosedLoad,
) -> None:
    stop = Stop()

    async with origin(stopping_at(30, stop, [])) as server:
        run = await measured(plan_for(server.port, load), stop)
        heads = len(server.heads)

    assert run.end is End.STOPPED
    assert run.total.answered[0, "200"] >= 30
    assert run.total.taken == ended(run.total) < RATE * LONG
    assert run.unaccounted == 0
    assert heads <= run.total.taken
    assert run.lost == ()


async def test_a_run_that_was_stopped_before_it_began_sends_nothing() -> None:
    stop = Stop()
    stop.set()

    async with origin(stopping_at(0, Stop(), [])) as server:
        run = await measured(plan_for(server.port, steady(RATE, 1)), stop)

    assert (run.end, run.total.taken, server.heads) == (End.STOPPED, 0, [])


async def test_a_stop_ends_a_run_whose_connections_do_not_open() -> None:
    stop, gone = Stop(), asyncio.Event()

    async def says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stop.set()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(says_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    plan = encrypted(plan_for(port, steady(RATE, 1), limits=Limits(timeout=LONG)))
    with anyio.fail_after(LONG / 2):
        run = await measured(plan, stop)
        await gone.wait()
    server.close()

    assert (run.end, run.total.taken) == (End.STOPPED, 0)


async def test_a_wait_ends_with_a_stop() -> None:
    stop = Stop()
    stop.set()

    await stop.wait(LONG)

    assert stop.is_set
