"""Users who wait for answers are held to what an operator allows, as a timetable would be."""

from dataclasses import replace
from time import monotonic_ns

import pytest

from server.engines.loadtest.client.engine import Engine, Share
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.plan import ClosedLoad
from tests.engines.loadtest.origin import ok, origin
from tests.engines.loadtest.plans import PATIENT, carried_out, ended, plan_for

pytestmark = pytest.mark.anyio


async def test_users_send_no_more_than_the_requests_that_are_allowed() -> None:
    async with origin(ok) as server:
        limits = replace(PATIENT, requests=40)
        frame = await carried_out(plan_for(server.port, ClosedLoad(8, 30), limits=limits))

    assert frame.taken == ended(frame) == len(server.heads) == 40


async def test_users_send_no_faster_than_the_rate_that_is_allowed() -> None:
    async with origin(ok) as server:
        limits = replace(PATIENT, rate=100)
        frame = await carried_out(plan_for(server.port, ClosedLoad(8, 0.5), limits=limits))

    assert 1 <= len(server.heads) <= 51
    assert frame.taken == ended(frame) == len(server.heads)


@pytest.mark.parametrize("workers", [2, 3])
async def test_workers_share_what_is_allowed(workers: int) -> None:
    async with origin(ok) as server:
        plan = plan_for(server.port, ClosedLoad(workers, 30), limits=replace(PATIENT, requests=20))
        frames: list[Frame] = []
        for worker in range(workers):
            engine = Engine(plan, Share(worker, workers))
            await engine.warm_up()
            await engine.run(monotonic_ns(), frames.append)

    assert total(frames).taken == len(server.heads) == 20 // workers * workers


async def test_users_go_on_when_the_first_second_has_been_told() -> None:
    async with origin(ok) as server:
        frames: list[Frame] = []
        engine = Engine(plan_for(server.port, ClosedLoad(3, 1.5)), Share())
        await engine.warm_up()
        await engine.run(monotonic_ns(), frames.append)

    assert [frame.connections for frame in frames] == [3] * len(frames)
    assert frames[0].end < 1.4
    assert total(frames[1:]).taken > 10
    assert total(frames).end >= 1.5
