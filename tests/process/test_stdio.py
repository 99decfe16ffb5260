"""A server on pipes under hostile tools and clients: it speaks protocol, and it ends."""

import fcntl
import os
import signal
import termios
import time
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.process.conftest import speaking
from tests.process.processes import (
    INITIALIZE,
    LEFTOVER_DEADLINE,
    ODD_SERVER,
    StdioServer,
    eventually,
    tool_call,
)

PING = {"method": "ping"}
# One worker runs these, and starts `lasting` once.
survives = pytest.mark.xdist_group("lasting")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Generator[StdioServer, None, None]:
    """Start one server for everything that it has to survive."""
    with speaking(ODD_SERVER, tmp_path_factory.mktemp("lasting")) as server:
        server.ask(1, INITIALIZE)
        yield server


@survives
def test_nothing_but_protocol_comes_out_whatever_a_tool_writes(lasting: StdioServer) -> None:
    answer = lasting.ask(2, tool_call("shout"))

    assert answer["result"]["structuredContent"]["word"] == "done"
    assert lasting.ask(3, PING)["result"] == {}


@survives
@pytest.mark.parametrize(
    "junk",
    [
        "",
        "   ",
        "{",
        "null",
        "[]",
        "{}",
        '"text"',
        "\0" * 10_000,
        "\x7f\x80\xff\ufffd",
        "{nope}",
        '{"a":' * 200_000,
        "[" * 200_000 + "]" * 200_000,
        '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":' + '{"a":' * 100_000,
        '{"jsonrpc":"2.0","id":' + "9" * 10_000 + ',"method":"ping"}',
        '{"jsonrpc":"2.0","id":null,"method":"ping"}',
        '{"jsonrpc":"2.0","id":"\\ud800","method":"ping"}',
        '[{"jsonrpc":"2.0","id":9,"method":"ping"}]',
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}',
        '{"jsonrpc":"2.0","id":77,"result":{}}',
    ],
    ids=str.__len__,
)
def test_a_line_that_is_no_request_is_survived(lasting: StdioServer, junk: str) -> None:
    lasting.write(junk + "\n")

    assert lasting.ask(2, PING)["result"] == {}


@survives
def test_bytes_that_are_no_text_are_survived(lasting: StdioServer) -> None:
    assert lasting.process.stdin is not None
    lasting.process.stdin.flush()
    os.write(lasting.process.stdin.fileno(), bytes(range(256)) + b"\n")

    assert lasting.ask(2, PING)["result"] == {}


@survives
def test_a_line_of_fifty_megabytes_is_answered(lasting: StdioServer) -> None:
    answer = lasting.ask(2, tool_call("wait", bogus="x" * 50_000_000))

    assert answer["result"]["content"][0]["text"].endswith("- bogus: unknown argument")


@survives
@pytest.mark.parametrize("fails", [False, True])
def test_text_that_utf_8_cannot_carry_does_not_end_the_connection(
    lasting: StdioServer, *, fails: bool
) -> None:
    answer = lasting.ask(2, tool_call("repeat", fails=fails))

    assert answer["result"]["content"][0]["text"] == r"half a character: \udcff"
    assert lasting.ask(3, PING)["result"] == {}


def close(server: StdioServer) -> None:
    server.close()


def close_in_the_middle_of_a_message(server: StdioServer) -> None:
    server.write('{"jsonrpc":"2.0","id":9,"meth')
    server.close()


def interrupt(server: StdioServer) -> None:
    os.killpg(server.process.pid, signal.SIGINT)


def interrupt_twice(server: StdioServer) -> None:
    interrupt(server)
    interrupt(server)


def terminate(server: StdioServer) -> None:
    server.process.terminate()


@pytest.mark.parametrize(
    "end", [close, close_in_the_middle_of_a_message, interrupt, interrupt_twice, terminate]
)
@pytest.mark.parametrize("tool", ["wait", "work", "cling"])
def test_a_server_ends_with_its_client_whatever_a_call_still_does(
    odd: StdioServer, end: Callable[[StdioServer], None], tool: str
) -> None:
    odd.send(2, tool_call(tool))
    odd.read(lambda said: said.get("method") == "notifications/progress")

    end(odd)

    assert odd.ends_within(LEFTOVER_DEADLINE)


@pytest.mark.parametrize("end", [close, terminate])
def test_a_server_without_calls_ends_without_a_word(
    odd: StdioServer, end: Callable[[StdioServer], None], workspace: Path
) -> None:
    end(odd)

    assert odd.ends_within(LEFTOVER_DEADLINE)
    assert odd.process.returncode == (0 if end is close else 128 + signal.SIGTERM)
    assert "Traceback" not in (workspace / "stderr").read_text()


def test_a_client_that_no_longer_reads_ends_the_server_without_a_traceback(
    odd: StdioServer, workspace: Path
) -> None:
    assert odd.process.stdout is not None
    odd.process.stdout.close()

    odd.send(2, PING)

    assert odd.ends_within(LEFTOVER_DEADLINE)
    assert "Traceback" not in (workspace / "stderr").read_text()


def test_a_client_that_reads_nothing_and_leaves_takes_the_server_with_it(odd: StdioServer) -> None:
    # No more than it takes: a server works off what was asked, 1 ms each, before it sees the end.
    odd.write('{"jsonrpc":"2.0","id":9,"method":"tools/list"}\n' * 300)
    assert eventually(lambda: is_stuffed(odd))

    odd.close()

    assert odd.ends_within(LEFTOVER_DEADLINE)


def is_stuffed(server: StdioServer) -> bool:
    """Tell whether the server has said something and says no more: a page holds no two answers."""
    before = unread(server)
    time.sleep(0.2)
    return 0 < before == unread(server)


def unread(server: StdioServer) -> int:
    """Count the bytes that the server has said and nobody has read."""
    assert server.process.stdout is not None
    return int.from_bytes(fcntl.ioctl(server.process.stdout, termios.FIONREAD, b"\0" * 4), "little")
