from collections.abc import AsyncGenerator

import pytest

from server.engines.postgres.address import SUPERUSER, SocketAddress
from server.engines.postgres.loading.relay import LARGEST_ANSWER, relayed
from server.engines.postgres.session import Session
from server.engines.postgres.shadow import Shadow
from server.errors import UnavailableError

pytestmark = pytest.mark.anyio

_ROWS = "SELECT a, repeat('x', a) AS b FROM generate_series(1, 3) a"


@pytest.fixture
async def address(shadow: Shadow) -> AsyncGenerator[SocketAddress, None]:
    async with shadow.cluster() as cluster:
        assert isinstance(cluster.address, SocketAddress)
        yield cluster.address


async def test_a_session_through_a_relay_works_as_without(address: SocketAddress) -> None:
    async with relayed(address) as there, await Session.connect(there, user=SUPERUSER) as session:
        rows = await session.rows(_ROWS)

    assert rows == [{"a": 1, "b": "x"}, {"a": 2, "b": "xx"}, {"a": 3, "b": "xxx"}]


async def test_a_huge_answer_ends_the_session(address: SocketAddress) -> None:
    async with relayed(address) as there, await Session.connect(there, user=SUPERUSER) as session:
        with pytest.raises(UnavailableError):
            await session.value("SELECT repeat('x', $1)", LARGEST_ANSWER + 1)


async def test_a_relay_leaves_no_socket(address: SocketAddress) -> None:
    before = set(address.folder.parent.iterdir())

    async with relayed(address) as there:
        assert there.folder.exists()

    assert set(address.folder.parent.iterdir()) == before


async def test_a_relay_hangs_up_on_who_stays(address: SocketAddress) -> None:
    async with relayed(address) as there:
        session = await Session.connect(there, user=SUPERUSER)

    with pytest.raises(UnavailableError):
        await session.value("SELECT 1")
