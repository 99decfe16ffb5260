"""A server that does everything wrong: each wrong has its name, and nothing hangs or is lost."""

import asyncio
import socket
import ssl
import time
from dataclasses import replace

import pytest
import trustme

from server.engines.loadtest.client.engine import Engine, Share
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.plan import ClosedLoad, Limits, Trust
from tests.engines.loadtest.origin import OK, Answer, Exchange, ok, origin
from tests.engines.loadtest.plans import carried_out, encrypted, ended, plan_for, steady

pytestmark = pytest.mark.anyio

SHORT = Limits(timeout=0.5, connections=50, response_bytes=10_000, header_bytes=2_000)


async def closes(exchange: Exchange) -> None:
    exchange.writer.close()


async def resets(exchange: Exchange) -> None:
    exchange.reset()


async def answers_half(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    exchange.writer.close()


async def ends_between_chunks(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n")
    exchange.writer.close()


async def ends_in_the_head(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-")
    exchange.writer.close()


async def says_too_little(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nmore than two")


async def speaks_another_protocol(exchange: Exchange) -> None:
    await exchange.write(b"SSH-2.0-OpenSSH_9.2\r\n")


async def frames_twice(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok\n")


async def sends_huge_headers(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\n" + b"X: %s\r\n" % (b"x" * 200) * 100)


async def sends_too_much(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1_000_000)


async def stalls(exchange: Exchange) -> None:
    await asyncio.sleep(30)
    await exchange.write(OK)


async def drips(exchange: Exchange) -> None:
    for each in OK:
        await exchange.write(bytes([each]))
        await asyncio.sleep(0.05)


async def switches(exchange: Exchange) -> None:
    await exchange.write(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    )


async def answers_twice(exchange: Exchange) -> None:
    await exchange.write(OK + OK.replace(b"200 OK", b"500 No"))


async def answers_once_and_a_half(exchange: Exchange) -> None:
    await exchange.write(OK + b"HTTP/1.1 500 N")


async def has_no_status(exchange: Exchange) -> None:
    await exchange.write(OK.replace(b"200", b"000"))


async def has_neither_status_nor_length(exchange: Exchange) -> None:
    await exchange.write(b"HTTP/1.1 000 OK\r\n\r\n")
    exchange.writer.close()


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (answers_twice, Failure.EXTRA),
        (answers_once_and_a_half, Failure.EXTRA),
        (has_no_status, Failure.INVALID),
        (has_neither_status_nor_length, Failure.INVALID),
        (closes, Failure.CLOSED),
        (resets, Failure.RESET),
        (answers_half, Failure.TRUNCATED),
        (ends_between_chunks, Failure.TRUNCATED),
        (ends_in_the_head, Failure.TRUNCATED),
        (says_too_little, Failure.EXTRA),
        (speaks_another_protocol, Failure.INVALID),
        (frames_twice, Failure.INVALID),
        (sends_huge_headers, Failure.HEADERS_TOO_LARGE),
        (sends_too_much, Failure.ANSWER_TOO_LARGE),
        (stalls, Failure.TIMEOUT),
        (drips, Failure.TIMEOUT),
        (switches, Failure.UPGRADED),
    ],
)
async def test_what_a_server_does_wrong_has_its_name_in_the_books(
    answer: Answer, failure: Failure
) -> None:
    async with origin(answer) as server:
        frame = await carried_out(plan_for(server.port, steady(100, 0.1), limits=SHORT))

    assert frame.failed == {(0, failure): 10}
    assert not frame.answered


async def test_users_of_the_closed_model_go_on_after_every_failure() -> None:
    async def every_other(exchange: Exchange) -> None:
        await (ok if exchange.number % 2 else answers_half)(exchange)

    async with origin(every_other) as server:
        frame = await carried_out(plan_for(server.port, ClosedLoad(4, 0.3), limits=SHORT))

    assert frame.answered[0, "200"] > 4
    assert frame.failed[0, Failure.TRUNCATED] > 4
    assert ended(frame) == frame.taken


async def test_a_port_where_nobody_listens_refuses_every_request() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        plan = plan_for(unused.getsockname()[1], steady(100, 0.1), limits=SHORT)
        frame = await carried_out(plan)

    assert frame.failed == {(0, Failure.REFUSED): 10}


async def test_a_server_that_never_accepts_ends_the_wait_for_a_connection() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        plan = plan_for(deaf.getsockname()[1], steady(100, 0.2), limits=SHORT)
        frame = await carried_out(plan)

    assert ended(frame) == frame.taken == 20
    assert {name for _, name in frame.failed} <= {
        Failure.CONNECT_TIMEOUT,
        Failure.NO_CONNECTION,
        Failure.TIMEOUT,
    }


async def test_a_certificate_of_a_stranger_is_refused_and_a_known_one_is_not() -> None:
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("origin.test").configure_cert(served)  # pyright: ignore[reportUnknownMemberType] - pyOpenSSL has no types here
    trusted = Trust(authorities=authority.cert_pem.bytes().decode())
    async with origin(ok, tls=served) as server:
        plan = encrypted(plan_for(server.port, steady(50, 0.1)))

        stranger = await carried_out(plan)
        known = await carried_out(replace(plan, trust=trusted))
        unchecked = await carried_out(replace(plan, trust=Trust(verifies=False)))

    assert stranger.failed == {(0, Failure.TLS_FAILED): 5}
    assert known.answered == unchecked.answered == {(0, "200"): 5}


async def test_plain_text_where_tls_is_spoken_is_a_failure_of_tls() -> None:
    async def answer_at_once(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer_at_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        frame = await carried_out(encrypted(plan_for(port, steady(50, 0.1))))

    assert frame.failed == {(0, Failure.TLS_FAILED): 5}


async def test_stopping_cancels_what_is_in_flight_and_keeps_the_books_whole() -> None:
    async with origin(stalls) as server:
        engine = Engine(plan_for(server.port, steady(100, 60)), Share())
        await engine.warm_up()
        frames: list[Frame] = []
        asyncio.get_running_loop().call_later(0.3, engine.stop)
        await engine.run(time.monotonic_ns(), frames.append)
    frame = total(frames)

    assert 0 < frame.taken < 6_000
    assert frame.canceled == frame.taken


async def test_fifty_thousand_requests_are_all_in_the_books() -> None:
    async def unreliable(exchange: Exchange) -> None:
        if exchange.number % 97 == 0:
            exchange.reset()
        elif exchange.number % 89 == 0:
            await answers_half(exchange)
        else:
            await ok(exchange)

    limits = Limits(timeout=30.0, connections=200)
    async with origin(unreliable) as server:
        frame = await carried_out(plan_for(server.port, steady(25_000, 2), limits=limits))

    assert frame.taken == 50_000
    assert ended(frame) == 50_000
    assert frame.failed[0, Failure.RESET] > 100
    assert frame.failed[0, Failure.TRUNCATED] > 100
