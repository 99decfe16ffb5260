"""HTTP/2 against a server made with the same library's other side."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings
import pytest
import trustme

from server.engines.loadtest.failure import Failure
from server.engines.loadtest.plan import (
    ClosedLoad,
    Limits,
    Message,
    Plan,
    Protocol,
    Target,
    Trust,
)
from tests.engines.loadtest.origin import ok, origin
from tests.engines.loadtest.plans import carried_out, encrypted, ended, plan_for, steady

pytestmark = pytest.mark.anyio

Handle = Callable[[h2.connection.H2Connection, h2.events.Event, list[bytes]], None]
FEW = 3
SHORT = Limits(timeout=0.3, connections=10, response_bytes=100_000)


def answers(state: h2.connection.H2Connection, event: h2.events.Event, _: list[bytes]) -> None:
    """Answer every request 200 when it has ended."""
    if isinstance(event, h2.events.StreamEnded):
        state.send_headers(_number(event), [(":status", "200"), ("x", "y")])
        state.send_data(_number(event), b"ok\n", end_stream=True)


def _number(event: h2.events.StreamEnded | h2.events.RequestReceived) -> int:
    assert event.stream_id is not None
    return event.stream_id


@asynccontextmanager
async def http2_origin(
    handle: Handle, *, tls: ssl.SSLContext | None = None, streams: int = 100
) -> AsyncGenerator[tuple[int, list[bytes]], None]:
    bodies: list[bytes] = []

    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        codes = h2.settings.SettingCodes
        state.local_settings = h2.settings.Settings(
            client=False, initial_values={codes.MAX_CONCURRENT_STREAMS: streams}
        )
        state.initiate_connection()
        # What comes after a farewell has no answer.
        with suppress(ConnectionError, h2.exceptions.ProtocolError):
            while content := await _exchanged(state, reader, writer):
                for event in state.receive_data(content):
                    if isinstance(event, h2.events.DataReceived):
                        bodies.append(event.data or b"")
                        taken = event.flow_controlled_length
                        state.acknowledge_received_data(taken, event.stream_id or 0)
                    handle(state, event, bodies)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], bodies
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()


async def _exchanged(
    state: h2.connection.H2Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bytes:
    writer.write(state.data_to_send())
    await writer.drain()
    return await reader.read(65_536)


def _http2(plan: Plan) -> Plan:
    return replace(plan, protocol=Protocol.HTTP_2)


async def test_many_requests_share_one_connection() -> None:
    async with http2_origin(answers) as (port, _):
        limits = Limits(timeout=5.0, connections=2)
        frame = await carried_out(_http2(plan_for(port, steady(500, 0.4), limits=limits)))

    assert frame.answered == {(0, "200"): 200}
    assert not frame.failed
    assert frame.connections <= 2


async def test_users_of_the_closed_model_have_a_connection_each() -> None:
    async with http2_origin(answers) as (port, _):
        frame = await carried_out(_http2(plan_for(port, ClosedLoad(3, 0.2))))

    assert frame.answered.total() == frame.taken > 3
    assert not frame.failed


async def test_a_body_larger_than_the_window_is_sent_as_the_server_takes_it() -> None:
    body = bytes(200_000)
    target = Target("upload", (Message("POST", "/", (("Host", "h"),), body),))
    async with http2_origin(answers) as (port, bodies):
        frame = await carried_out(_http2(plan_for(port, steady(10, 0.2), target)))

    assert frame.answered == {(0, "200"): 2}
    assert sum(map(len, bodies)) == 2 * len(body)


async def test_a_stream_that_the_server_resets_fails_alone() -> None:
    def resets_some(
        state: h2.connection.H2Connection, event: h2.events.Event, _: list[bytes]
    ) -> None:
        if isinstance(event, h2.events.RequestReceived) and _number(event) % 4 == 1:
            state.reset_stream(_number(event), 2)
        elif not _is_chosen(event):
            answers(state, event, _)

    async with http2_origin(resets_some) as (port, _):
        frame = await carried_out(_http2(plan_for(port, steady(100, 0.2))))

    assert frame.failed[0, Failure.STREAM_RESET] >= 5
    assert frame.answered[0, "200"] + frame.failed[0, Failure.STREAM_RESET] == 20


async def test_a_server_that_takes_few_at_once_is_never_asked_for_more() -> None:
    most, asked = 0, 0

    def counts(state: h2.connection.H2Connection, event: h2.events.Event, _: list[bytes]) -> None:
        nonlocal most, asked
        if isinstance(event, h2.events.RequestReceived):
            asked += 1
            most = max(most, state.open_inbound_streams)
        if isinstance(event, h2.events.StreamEnded) and asked > 2 * FEW:
            answers(state, event, _)

    async with http2_origin(counts, streams=FEW) as (port, _):
        limits = Limits(timeout=0.5, connections=10)
        frame = await carried_out(_http2(plan_for(port, steady(400, 0.1), limits=limits)))

    assert most == FEW
    assert {name for _, name in frame.failed} <= {Failure.TIMEOUT, Failure.NO_CONNECTION}
    assert frame.taken == ended(frame) == 40


async def test_a_wrong_status_that_ends_its_answer_fails_alone() -> None:
    def answers_rubbish(
        state: h2.connection.H2Connection, event: h2.events.Event, bodies: list[bytes]
    ) -> None:
        if isinstance(event, h2.events.StreamEnded) and _is_chosen(event):
            state.send_headers(_number(event), [(":status", "abc")], end_stream=True)
        else:
            answers(state, event, bodies)

    async with http2_origin(answers_rubbish) as (port, _):
        frame = await carried_out(_http2(plan_for(port, steady(100, 0.2))))

    assert frame.failed == {(0, Failure.INVALID): frame.failed.total()}
    assert frame.failed.total() >= 5
    assert frame.answered[0, "200"] == 20 - frame.failed.total()


async def test_a_frame_that_never_ends_is_not_kept() -> None:
    async def announces_a_lot(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with suppress(ConnectionError):
            writer.write(b"\xff\xff\xff\x00\x00\x00\x00\x00\x01")
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(announces_a_lot, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        frame = await carried_out(_http2(plan_for(port, steady(50, 0.1), limits=SHORT)))

    assert frame.failed.total() == 5
    assert Failure.TIMEOUT not in {name for _, name in frame.failed}


def _is_chosen(event: h2.events.Event) -> bool:
    return isinstance(event, h2.events.StreamEnded) and _number(event) % 4 == 1


async def test_an_answer_that_does_not_come_fails_alone_and_in_time() -> None:
    def answers_some(
        state: h2.connection.H2Connection, event: h2.events.Event, bodies: list[bytes]
    ) -> None:
        if not _is_chosen(event):
            answers(state, event, bodies)

    async with http2_origin(answers_some) as (port, _):
        frame = await carried_out(_http2(plan_for(port, steady(100, 0.2), limits=SHORT)))

    assert frame.failed[0, Failure.TIMEOUT] >= 5
    assert frame.answered[0, "200"] + frame.failed[0, Failure.TIMEOUT] == 20


async def test_a_server_that_goes_away_is_asked_on_a_new_connection() -> None:
    def goes_away(
        state: h2.connection.H2Connection, event: h2.events.Event, bodies: list[bytes]
    ) -> None:
        answers(state, event, bodies)
        if isinstance(event, h2.events.StreamEnded):
            state.close_connection(last_stream_id=_number(event))

    async with http2_origin(goes_away) as (port, _):
        frame = await carried_out(_http2(plan_for(port, steady(50, 0.2))))

    assert frame.answered[0, "200"] + frame.failed.total() == 10
    assert frame.answered[0, "200"] >= 5


async def test_an_answer_in_http_1_is_invalid() -> None:
    async with origin(ok) as server:
        frame = await carried_out(_http2(plan_for(server.port, steady(50, 0.1), limits=SHORT)))

    assert frame.failed == {(0, Failure.INVALID): 5}


async def test_tls_must_agree_on_http_2() -> None:
    authority = trustme.CA()
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("origin.test").configure_cert(served)  # pyright: ignore[reportUnknownMemberType] - pyOpenSSL has no types here
    trust = Trust(authorities=authority.cert_pem.bytes().decode())
    async with http2_origin(answers, tls=served) as (port, _):
        plan = replace(_http2(encrypted(plan_for(port, steady(50, 0.1)))), trust=trust)
        without = await carried_out(plan)
        served.set_alpn_protocols(["h2"])
        agreed = await carried_out(plan)

    assert without.failed == {(0, Failure.CONNECT_FAILED): 5}
    assert agreed.answered == {(0, "200"): 5}
