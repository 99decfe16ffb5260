"""Sessions and streams over HTTP, and how a server ends in which they are open."""

import json
import signal
import socket
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.process.conftest import HttpServer, answering
from tests.process.processes import (
    BODY,
    HEADERS,
    LEFTOVER_DEADLINE,
    ODD_SERVER,
    WEB,
    eventually,
    tool_call,
)

MODERN: Mapping[str, Any] = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def session(server: HttpServer, **more: str) -> dict[str, str]:
    """Open a session as clients of the older era do; return the headers of its requests."""
    opened = WEB.post(server.url, json=BODY, headers={**HEADERS, **more})
    headers = {**HEADERS, **more, "Mcp-Session-Id": opened.headers["mcp-session-id"]}
    initialized = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert WEB.post(server.url, json=initialized, headers=headers).status_code == 202
    return headers


def newer_call(tool: str, **more: str) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a call and its headers as clients of the newer era send them."""
    call: dict[str, Any] = {"jsonrpc": "2.0", "id": 2, **tool_call(tool)}
    call["params"]["_meta"].update(MODERN)
    named = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool}
    return call, {**HEADERS, **named, **more}


@contextmanager
def calling(
    server: HttpServer, call: Mapping[str, Any], headers: Mapping[str, str]
) -> Generator[None, None, None]:
    """Hold a call open that has reported its progress."""
    with WEB.stream("POST", server.url, json=call, headers=dict(headers)) as answer:
        assert next(line for line in answer.iter_lines() if "notifications/progress" in line)
        yield


@contextmanager
def everything_open(server: HttpServer, tool: str) -> Generator[None, None, None]:
    """Hold every kind of stream open, with a call in flight in both eras."""
    older = session(server)
    older_call = {"jsonrpc": "2.0", "id": 2, **tool_call(tool)}
    with ExitStack() as streams:
        streams.enter_context(calling(server, older_call, older))
        streams.enter_context(calling(server, *newer_call(tool)))
        for url in (server.url, f"{server.root}/sse"):
            stream = WEB.stream("GET", url, headers=older)
            assert streams.enter_context(stream).status_code == 200
        address = ("127.0.0.1", int(server.root.rpartition(":")[2]))
        half_a_request = streams.enter_context(socket.create_connection(address))
        half_a_request.sendall(b"POST /mcp HTTP/1.1\r\nHost: local")
        yield


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("tool", ["wait", "work", "cling"])
def test_a_server_ends_in_time_whatever_is_open(
    odd_http: HttpServer, tool: str, number: signal.Signals, workspace: Path
) -> None:
    with everything_open(odd_http, tool):
        odd_http.process.send_signal(number)

        assert eventually(lambda: odd_http.process.poll() is not None, LEFTOVER_DEADLINE)
    assert odd_http.process.returncode == 0
    assert "Traceback" not in (workspace / "stderr").read_text("utf-8")


def test_a_second_signal_ends_a_server_at_once(odd_http: HttpServer) -> None:
    with everything_open(odd_http, "cling"):
        odd_http.process.send_signal(signal.SIGINT)
        assert eventually(lambda: not answers(odd_http))
        odd_http.process.send_signal(signal.SIGINT)

        assert eventually(lambda: odd_http.process.poll() is not None, LEFTOVER_DEADLINE)
    assert odd_http.process.returncode == 128 + signal.SIGINT


def answers(server: HttpServer) -> bool:
    try:
        return WEB.get(server.root + "/health").status_code == 200
    except httpx2.HTTPError:
        return False


def test_a_call_in_flight_is_told_that_the_server_stops(odd_http: HttpServer) -> None:
    headers = session(odd_http)
    call = {"jsonrpc": "2.0", "id": 2, **tool_call("wait")}
    with WEB.stream("POST", odd_http.url, json=call, headers=headers) as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if "notifications/progress" in line)

        odd_http.process.terminate()
        last = [line for line in lines if line.startswith("data: {")][-1]

    told = json.loads(last.removeprefix("data: "))["result"]
    assert told["content"][0]["text"] == "The server is stopping, and this call was canceled."


def test_text_that_utf_8_cannot_carry_ends_no_session(odd_http: HttpServer) -> None:
    headers = session(odd_http)
    call = {"jsonrpc": "2.0", "id": 2, **tool_call("repeat")}

    first = WEB.post(odd_http.url, json=call, headers=headers).text
    second = WEB.post(odd_http.url, json=call, headers=headers).text

    assert r"half a character: \\udcff" in first
    assert r"half a character: \\udcff" in second


def test_a_hundred_sessions_and_as_many_that_left_are_served(odd_http: HttpServer) -> None:
    sessions = [session(odd_http) for _ in range(100)]
    for headers in sessions[::2]:
        assert WEB.delete(odd_http.url, headers=headers).status_code == 200

    ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
    found = [WEB.post(odd_http.url, json=ping, headers=each).status_code for each in sessions]

    assert found == [404, 200] * 50


def test_whoever_sends_the_token_owns_the_call_in_both_eras(workspace: Path) -> None:
    settings = {"TOKEN": "t0ken", "SENIOR_BACKEND_TOKEN": "env:TOKEN"}
    authorization = "Bearer t0ken"
    with answering([*ODD_SERVER, "127.0.0.1:0"], workspace, settings) as server:
        older = session(server, Authorization=authorization)
        call, newer = newer_call("who", Authorization=authorization)

        answers = [WEB.post(server.url, json=call, headers=newer).text]
        del call["params"]["_meta"]
        answers.append(WEB.post(server.url, json=call, headers=older).text)

    assert all('"word":"token"' in answer for answer in answers), answers
