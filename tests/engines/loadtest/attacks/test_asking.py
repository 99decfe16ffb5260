"""One request, its whole answer, and a name for whatever came instead of one."""

import pytest

from server.engines.loadtest.attacks.asking import Asker
from server.engines.loadtest.attacks.reply import Reply, Silence
from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import Endpoint, Limits, Message
from tests.engines.loadtest.origin import Exchange, origin

pytestmark = pytest.mark.anyio

GET = Message("GET", "/", (("Host", "h"),))
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
LIMITS = Limits(timeout=5.0, response_bytes=1000, header_bytes=500)


async def asked(answer: bytes, message: Message = GET, limits: Limits = LIMITS) -> Reply | Silence:
    async def serve(exchange: Exchange) -> None:
        await exchange.write(answer)
        exchange.writer.close()

    async with origin(serve) as server:
        return await Asker(Endpoint("http", "h", server.port, "127.0.0.1"), limits).ask(message)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 3\r\n\r\nok\n",
        b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\nok\n",
        HINTS + b"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 3\r\n\r\nok\n",
    ],
)
async def test_an_answer_comes_whole_however_it_ends(answer: bytes) -> None:
    reply = await asked(answer)

    assert isinstance(reply, Reply)
    assert (reply.status, reply.body, reply.values("x-a")) == (200, b"ok\n", ("b",))
    assert not reply.values("link")


async def test_the_answer_to_head_has_no_body() -> None:
    reply = await asked(
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n", Message("HEAD", "/", (("Host", "h"),))
    )

    assert isinstance(reply, Reply)
    assert reply.body == b""


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"", Failure.CLOSED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", Failure.TRUNCATED),
        (b"HTTP/1.1 200 OK\r\nContent-", Failure.TRUNCATED),
        (b"SSH-2.0-OpenSSH\r\n", Failure.INVALID),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + b"a" * 2000,
            Failure.ANSWER_TOO_LARGE,
        ),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 600, Failure.HEADERS_TOO_LARGE),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", None),
    ],
)
async def test_what_came_instead_of_an_answer_has_a_name(
    answer: bytes, failure: Failure | None
) -> None:
    silence = await asked(answer)

    assert isinstance(silence, Silence)
    assert silence.failure is (failure or Failure.UPGRADED)


async def test_only_the_beginning_of_a_long_body_is_kept() -> None:
    body = b"a" * (3 << 20)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)

    reply = await asked(head + body, limits=Limits())

    assert isinstance(reply, Reply)
    assert reply.body == b"a" * (1 << 20)


async def test_a_server_that_says_nothing_is_given_up() -> None:
    async def silent(_: Exchange) -> None:
        return

    async with origin(silent) as server:
        endpoint = Endpoint("http", "h", server.port, "127.0.0.1")
        silence = await Asker(endpoint, Limits(timeout=0.1)).ask(GET)

    assert isinstance(silence, Silence)
    assert silence.failure is Failure.TIMEOUT


async def test_a_connection_that_is_reset_has_a_name() -> None:
    async def reset(exchange: Exchange) -> None:
        exchange.reset()

    async with origin(reset) as server:
        silence = await Asker(Endpoint("http", "h", server.port, "127.0.0.1"), LIMITS).ask(GET)

    assert isinstance(silence, Silence)
    assert silence.failure is Failure.RESET


async def test_a_port_where_nobody_listens_has_a_name() -> None:
    async def never(_: Exchange) -> None:
        return

    async with origin(never) as server:
        endpoint = Endpoint("http", "h", server.port, "127.0.0.1")
    silence = await Asker(endpoint, LIMITS).ask(GET)

    assert isinstance(silence, Silence)
    assert silence.failure is Failure.REFUSED
