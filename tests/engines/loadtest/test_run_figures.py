"""What one measurement hands on: its length, its seconds, and what came too late."""

import anyio
import pytest

from server.engines.loadtest.client.engine import Share
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.plan import ClosedLoad, Plan
from server.engines.loadtest.run import Run, Stop, by_second, carried_by
from tests.engines.loadtest.generators import NearGenerator
from tests.engines.loadtest.origin import OK, Exchange, ok, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = pytest.mark.anyio


async def _carried(plan: Plan) -> Run:
    return await carried_by([NearGenerator(plan, Share())], plan, Stop(), lambda _: None)


async def test_answers_after_the_load_has_ended_are_no_part_of_its_rate() -> None:
    async def holds_back(exchange: Exchange) -> None:
        if exchange.number >= 10:
            await anyio.sleep(1)
        await exchange.write(OK)

    async with origin(holds_back) as server:
        run = await _carried(plan_for(server.port, steady(40, 0.5)))

    assert (run.total.answered.total(), run.answered_late, run.late) == (20, 10, 10)


async def test_an_open_load_lasts_what_was_planned_however_early_its_last_request_is() -> None:
    async with origin(ok) as server:
        run = await _carried(plan_for(server.port, steady(4, 0.5)))

    assert run.total.answered.total() == 2
    assert run.duration == pytest.approx(0.5)


async def test_connections_are_the_most_that_were_open_at_once() -> None:
    async def closes(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")

    async with origin(closes) as server:
        run = await _carried(plan_for(server.port, steady(20, 0.3)))

    assert run.total.connections >= 1


def test_generators_have_connections_of_their_own() -> None:
    seconds = by_second([[Frame(0, 1, connections=3)], [Frame(0, 1, connections=2)]], 1)

    assert [each.connections for each in seconds] == [5]


def test_two_frames_of_one_generator_in_a_second_are_one_after_the_other() -> None:
    frames = [
        Frame(0, 0.4, connections=3, in_flight=5),
        Frame(0.4, 0.8, connections=4, in_flight=15),
    ]

    seconds = by_second([frames], 1)

    assert [(each.connections, each.in_flight) for each in seconds] == [(4, 10)]


def test_frames_before_and_after_the_end_are_never_one() -> None:
    seconds = by_second([[Frame(0, 0.3, taken=3), Frame(0.3, 0.9)]], 0.3)

    assert [(each.start, each.taken) for each in seconds] == [(0, 3), (0.3, 0)]


async def test_users_go_on_for_as_long_as_they_should_with_a_connection_each() -> None:
    async def takes_its_time(exchange: Exchange) -> None:
        await anyio.sleep(0.05)
        await exchange.write(OK)

    async with origin(takes_its_time) as server:
        run = await _carried(plan_for(server.port, ClosedLoad(3, 2.5)))

    assert run.duration == pytest.approx(2.5)
    assert run.total.connections == 3
