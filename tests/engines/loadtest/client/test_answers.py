"""Every way in which HTTP/1.1 ends an answer."""

import asyncio
from collections import Counter

import pytest

from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import ClosedLoad, Limits, Message, Target
from tests.engines.loadtest.origin import Exchange, ok, origin
from tests.engines.loadtest.plans import carried_out, plan_for, steady

pytestmark = pytest.mark.anyio

ONE = Limits(timeout=5.0, connections=1)
EMPTY = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        EMPTY,
        b"HTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\nok\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nok\n\r\n0\r\nT: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + EMPTY,
        b"HTTP/1.1 100 Continue\r\n\r\n" + EMPTY,
        b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_an_answer_that_keeps_the_connection_is_read_whole_and_the_next_follows_on_it(
    answer: bytes,
) -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(answer)

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(50, 0.2), limits=ONE))

    assert frame.answered == {(0, "200"): 10}
    assert not frame.failed
    assert server.connections == 1


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_a_status_without_a_body_ends_with_its_headers(status: bytes) -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 " + status + b"\r\n\r\n")

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(50, 0.2)))

    assert frame.answered == {(0, status[:3].decode()): 10}


@pytest.mark.parametrize("split", range(1, 60, 7))
async def test_an_answer_may_come_in_two_pieces_wherever_it_is_cut(split: int) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n"

    async def serve(exchange: Exchange) -> None:
        await exchange.write(answer[:split])
        await exchange.write(answer[split:])

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(50, 0.1)))

    assert frame.answered == {(0, "200"): 5}


async def test_the_last_piece_of_an_answer_is_no_answer() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.number == 0:
            await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nHTTP")
            await asyncio.sleep(0.05)
            await exchange.write(b"/1")
        else:
            await exchange.write(b"/1")

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(10, 0.2), limits=ONE))

    assert frame.answered == {(0, "200"): 1}
    assert frame.failed == {(0, Failure.INVALID): 1}


async def test_an_answer_nobody_asked_for_is_not_counted_though_it_equals_the_one_before() -> None:
    async def serve(exchange: Exchange) -> None:
        await ok(exchange)
        await asyncio.sleep(0.02)
        await ok(exchange)

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(10, 0.4), limits=ONE))

    assert frame.answered == {(0, "200"): 4}
    assert frame.response.count == 4
    # What a server says unasked ends the connection; else it would be taken for the next answer.
    assert server.connections >= 3


async def test_the_same_bytes_answer_head_and_get_each_in_its_way() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
        if exchange.head.startswith(b"GET"):
            await asyncio.sleep(0.01)
            await exchange.write(b"ok\n")

    host = (("Host", "h"),)
    both = Target("both", (Message("HEAD", "/", host), Message("GET", "/", host)))
    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(20, 0.4), both, limits=ONE))

    assert frame.answered == {(0, "200"): 8}
    assert server.connections == 1


async def test_an_answer_that_the_end_of_the_connection_ends_is_whole() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
        exchange.writer.close()

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(50, 0.2)))

    assert frame.answered == {(0, "200"): 10}
    assert not frame.failed


async def test_the_answer_to_head_has_no_body_whatever_it_announces() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")

    head = Target("head", (Message("HEAD", "/", (("Host", "h"),)),))
    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(50, 0.2), head, limits=ONE))

    assert frame.answered == {(0, "200"): 10}
    assert server.connections == 1


async def test_a_server_that_closes_after_each_answer_is_asked_on_a_new_connection() -> None:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        exchange.writer.close()

    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, ClosedLoad(3, 0.2)))

    assert frame.answered.total() == frame.taken > 3
    assert not frame.failed
    assert server.connections >= frame.taken


async def test_targets_share_the_requests_by_weight_and_are_counted_apart() -> None:
    async def serve(exchange: Exchange) -> None:
        status = b"201 Created" if exchange.body else b"200 OK"
        await exchange.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")

    host = (("Host", "h"),)
    often = Target("read", (Message("GET", "/a", host), Message("GET", "/b", host)), weight=3)
    seldom = Target("write", (Message("POST", "/", host, b"{}"),), weight=1)
    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(400, 1), often, seldom))

    read, written = frame.answered[0, "200"], frame.answered[1, "201"]
    assert read + written == 400
    assert 250 < read < 350
    assert frame.by_target[0].count == read
    assert frame.by_target[1].count == written
    paths = Counter(head.split()[1] for head in server.heads if head.startswith(b"GET"))
    assert abs(paths[b"/a"] - paths[b"/b"]) <= 1
    assert set(server.bodies) == {b"", b"{}"}


async def test_requests_wait_for_a_connection_where_the_cap_is_low_and_their_wait_counts() -> None:
    async def serve(exchange: Exchange) -> None:
        if exchange.number == 0:
            await asyncio.sleep(0.3)
        await ok(exchange)

    limits = Limits(timeout=5.0, connections=1)
    async with origin(serve) as server:
        frame = await carried_out(plan_for(server.port, steady(100, 0.4), limits=limits))

    assert frame.answered == {(0, "200"): 40}
    assert server.connections == 1
    # Those behind the slow one were sent late and answered fast: only one of the series shows it.
    assert frame.response.percentile(50) > 100_000
    assert frame.service.percentile(90) < 100_000
    assert frame.lag.percentile(90) < 100_000
