"""Two workers of a Dask cluster carry a plan together, and one is lost."""

import os
import signal
from collections.abc import Generator
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster

from server.engines.loadtest.buckets import BUCKETS, highest_values
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.health import void_reasons
from server.engines.loadtest.run import End, Stop, measure
from server.errors import UnavailableError
from tests.engines.loadtest.origin import ok, origin
from tests.engines.loadtest.plans import plan_for, steady

pytestmark = [
    pytest.mark.anyio,
    # A cluster of processes takes longer to start than everything else here.
    pytest.mark.corpus,
    # Dask's own connections outlive its close for a moment.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def cluster() -> Generator[LocalCluster, None, None]:
    cluster: Any = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="")
    with cluster:
        yield cluster


@pytest.fixture
def workers(cluster: LocalCluster) -> Generator[dict[str, int], None, None]:
    """The process of each worker by its address; a lost one has been replaced."""
    client: Any = Client(cluster.scheduler_address)
    with client:
        client.wait_for_workers(2, timeout=60)
        yield client.run(os.getpid)


async def test_the_counts_of_all_workers_add_up_to_every_request(
    cluster: LocalCluster, workers: dict[str, int]
) -> None:
    watched: list[Frame] = []
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(200, 2))
        run = await measure(plan, watch=watched.append, scheduler=cluster.scheduler_address)

    assert run.end is End.COMPLETED
    assert (run.workers, run.planned, run.total.taken) == (len(workers), 400, 400)
    assert run.total.answered == {(0, "200"): 400}
    assert run.total.response.count == len(server.heads) == 400
    assert not run.lost
    assert len(watched) >= 4


async def test_the_percentiles_are_those_of_what_all_workers_measured(
    cluster: LocalCluster, workers: dict[str, int]
) -> None:
    watched: list[Frame] = []
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(200, 2))
        run = await measure(plan, watch=watched.append, scheduler=cluster.scheduler_address)

    every = highest_values(np.arange(BUCKETS, dtype=np.int64))
    union = np.sort(np.concatenate([every.repeat(frame.response.counts) for frame in watched]))
    assert len(union) == 200 * len(workers)
    # The 200th, 360th, 396th and 400th of 400.
    assert [run.total.response.percentile(percent) for percent in (50, 90, 99, 100)] == [
        int(union[rank - 1]) for rank in (200, 360, 396, 400)
    ]


async def test_a_lost_worker_is_told_with_its_share(
    cluster: LocalCluster, workers: dict[str, int]
) -> None:
    doomed = list(workers.values())

    def kill_one(_: Frame) -> None:
        if doomed:
            os.kill(doomed[0], signal.SIGKILL)
            doomed.clear()

    async with origin(ok) as server:
        plan = plan_for(server.port, steady(100, 6))
        run = await measure(plan, watch=kill_one, scheduler=cluster.scheduler_address)

    (lost,) = run.lost
    assert (run.workers, run.planned, lost.planned) == (2, 600, 300)
    assert lost.taken < 300
    assert run.total.taken == 300 + lost.taken
    assert run.unsent == 300 - lost.taken
    assert "1 of 2 generators were lost" in void_reasons(run)[0]


async def test_stopping_reaches_every_worker(
    cluster: LocalCluster, workers: dict[str, int]
) -> None:
    stop = Stop()
    async with origin(ok) as server:
        plan = plan_for(server.port, steady(100, 60))
        run = await measure(
            plan, watch=lambda _: stop.set(), stop=stop, scheduler=cluster.scheduler_address
        )

    assert run.end is End.STOPPED
    assert run.workers == len(workers)
    assert run.total.taken < 1_000
    assert not run.lost


async def test_a_scheduler_that_is_not_there_is_said() -> None:
    with pytest.raises(UnavailableError, match="LOAD_SCHEDULER"):
        await measure(
            plan_for(1, steady(1, 1)), watch=lambda _: None, scheduler="tcp://127.0.0.1:1"
        )
