"""Sessions for maintenance: each lent to one at a time, and kept between two errands."""

from collections.abc import AsyncGenerator

import anyio
import pytest

from server.engines.postgres.cluster import Cluster
from server.engines.postgres.session import Session, StatementError
from server.engines.postgres.shadow import Shadow
from server.errors import UnavailableError
from tests.engines.migration.apply.conftest import until

pytestmark = pytest.mark.anyio

_END = "SELECT pg_terminate_backend($1)"
_SESSIONS = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.fixture(scope="module")
async def cluster(shadow: Shadow) -> AsyncGenerator[Cluster, None]:
    async with shadow.private_cluster() as cluster:
        yield cluster


async def _pid(cluster: Cluster) -> int:
    async with cluster.maintenance() as session:
        return session.pid


async def test_the_next_errand_finds_the_session_of_the_last(cluster: Cluster) -> None:
    assert await _pid(cluster) == await _pid(cluster)


async def test_two_errands_at_once_have_a_session_each(cluster: Cluster) -> None:
    async with cluster.maintenance() as session:
        assert await _pid(cluster) != session.pid


async def test_a_session_in_which_something_failed_is_not_lent_again(cluster: Cluster) -> None:
    failed = await _pid(cluster)

    with pytest.raises(StatementError):
        async with cluster.maintenance() as session:
            await session.rows("SELECT 1 / 0")

    assert await _pid(cluster) != failed


async def test_a_session_whose_borrower_was_cancelled_is_not_lent_again(cluster: Cluster) -> None:
    cancelled = await _pid(cluster)

    with anyio.CancelScope() as scope:
        async with cluster.maintenance() as session:
            scope.cancel()
            await session.rows("SELECT pg_sleep(60)")

    assert await _pid(cluster) != cancelled


async def test_a_session_that_the_server_ended_is_not_lent_again(cluster: Cluster) -> None:
    ended = await _pid(cluster)

    async with cluster.maintenance() as session, await cluster.connect() as other:
        await other.rows(_END, session.pid)
        with pytest.raises(UnavailableError):
            await session.rows("SELECT pg_sleep(60)")

    assert await _pid(cluster) != ended


async def test_a_burst_of_errands_leaves_few_sessions_open(cluster: Cluster) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(_create_and_drop, cluster)

    # A session that was ended is there until its process is gone.
    async with await cluster.connect() as session:
        await until(lambda: _are_few(session))


async def _create_and_drop(cluster: Cluster) -> None:
    async with cluster.database():
        pass


async def _are_few(session: Session) -> bool:
    return 1 <= await session.value(_SESSIONS) <= 4
