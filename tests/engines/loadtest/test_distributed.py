"""Two workers of a Dask cluster carry a plan together, and one is lost."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from distributed import LocalCluster

from server.engines.loadtest.frame import Frame
from server.engines.loadtest.run import End, Stop, measure
from server.errors import UnavailableError
from tests.engines.loadtest.origin import ok, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = [
    pytest.mark.anyio,
    # A cluster of processes for each test takes longer than everything else together.
    pytest.mark.corpus,
    # Dask's own connections outlive its close for a moment.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture
async def cluster() -> AsyncGenerator[LocalCluster, None]:
    async with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="", asynchronous=True
    ) as cluster:
        yield cluster


async def test_the_counts_of_all_workers_add_up_to_every_request(cluster: LocalCluster) -> None:
    watched: list[Frame] = []
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(200, 2))
        run = await measure(plan, watch=watched.append, scheduler=cluster.scheduler_address)

    assert run.end is End.COMPLETED
    assert (run.workers, run.planned, run.total.taken) == (2, 400, 400)
    assert run.total.answered == {(0, "200"): 400}
    assert run.total.response.count == 400
    assert not run.lost
    assert len(watched) >= 4


async def test_a_lost_worker_is_told_with_its_share(cluster: LocalCluster) -> None:
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(100, 8))
        workers: Any = vars(cluster)["workers"]
        seen_some = asyncio.Event()

        async def kill_one() -> None:
            await seen_some.wait()
            await workers[0].kill()

        killing = asyncio.ensure_future(kill_one())
        run = await measure(
            plan, watch=lambda _: seen_some.set(), scheduler=cluster.scheduler_address
        )
        await killing

    (lost,) = run.lost
    assert lost.planned == 400
    assert lost.taken < 400
    assert run.total.taken == 400 + lost.taken


async def test_stopping_reaches_every_worker(cluster: LocalCluster) -> None:
    stop = Stop()
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(100, 60))
        run = await measure(
            plan, watch=lambda _: stop.set(), stop=stop, scheduler=cluster.scheduler_address
        )

    assert run.end is End.STOPPED
    assert run.total.taken < 1_000


async def test_a_scheduler_that_is_not_there_is_said() -> None:
    with pytest.raises(UnavailableError, match="LOAD_SCHEDULER"):
        await measure(
            plan_for(1, steady(1, 1)), watch=lambda _: None, scheduler="tcp://127.0.0.1:1"
        )
