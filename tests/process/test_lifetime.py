"""However a server or its client ends, nothing of it is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
import psutil
import pytest
from mcp import Client
from mcp.client.sse import sse_client

from tests.engines.loadtest.origin import OK, Exchange, origin
from tests.process.conftest import StartHttp
from tests.process.processes import (
    COMMAND,
    DEADLINE,
    INITIALIZE,
    StdioServer,
    Traces,
    commands_below,
    eventually,
    loaders,
    tool_call,
    traces_of,
)


def close_stdin(server: StdioServer) -> None:
    assert server.process.stdin is not None
    server.process.stdin.close()


def press_ctrl_c(server: StdioServer) -> None:
    os.killpg(server.process.pid, signal.SIGINT)


def terminate(server: StdioServer) -> None:
    server.process.terminate()


def kill(server: StdioServer) -> None:
    server.process.kill()


@pytest.mark.parametrize("end", [close_stdin, press_ctrl_c, terminate, kill])
def test_a_server_that_ends_leaves_no_process_and_no_folder(
    stdio: StdioServer, end: Callable[[StdioServer], None]
) -> None:
    traces = stdio.start_shadow()

    end(stdio)

    assert traces.vanish_within(), traces.left


@pytest.mark.parametrize("end", [close_stdin, press_ctrl_c, terminate, kill])
def test_a_server_that_ends_in_the_middle_of_a_call_leaves_nothing_either(
    stdio: StdioServer, end: Callable[[StdioServer], None], workspace: Path
) -> None:
    (workspace / "slow.sql").write_text("DO $$ BEGIN PERFORM pg_sleep(60); END $$;")
    stdio.start_shadow()
    stdio.send(3, tool_call("analyze_schema", source="file:slow.sql"))
    assert eventually(lambda: bool(loaders(stdio.process.pid)))
    traces = traces_of(stdio.process.pid)

    end(stdio)

    assert traces.vanish_within(), traces.left


@pytest.mark.anyio
@pytest.mark.parametrize("end", [close_stdin, press_ctrl_c, terminate, kill])
async def test_a_server_that_ends_in_the_middle_of_a_load_test_ends_the_load(
    stdio: StdioServer, end: Callable[[StdioServer], None]
) -> None:
    loaded = anyio.Event()

    async def answers(exchange: Exchange) -> None:
        if exchange.number == 10:
            loaded.set()
        await exchange.write(OK)

    async with origin(answers) as server:
        await anyio.to_thread.run_sync(stdio.ask, 1, INITIALIZE)
        load = {"rate": 50, "duration": 300}
        stdio.send(2, tool_call("load_test", url=f"http://127.0.0.1:{server.port}/", load=load))
        with anyio.fail_after(DEADLINE):
            await loaded.wait()
        own = psutil.Process(stdio.process.pid)
        generators = commands_below(own.pid)
        assert generators
        traces = Traces((own, *generators), frozenset())

        end(stdio)

        assert await anyio.to_thread.run_sync(traces.vanish_within), traces.left
        assert len(server.heads) < 50 * 300


CLIENT = """
import json, subprocess, sys, time
from tests.process.processes import StdioServer
server = subprocess.Popen(
    [sys.argv[1], "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
StdioServer(server).start_shadow()
print("ready", flush=True)
time.sleep(600)
"""


def test_a_client_that_is_killed_takes_the_server_with_it(workspace: Path) -> None:
    repository = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, COMMAND],
        cwd=workspace,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": repository},
    ) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        traces = traces_of(client.pid)

        client.kill()

        assert traces.vanish_within(), traces.left


@pytest.mark.anyio
async def test_connections_that_come_and_go_leave_the_shadow_running(start_http: StartHttp) -> None:
    seen = list[frozenset[psutil.Process]]()

    with start_http("--sse") as server:
        for _ in range(2):
            async with Client(sse_client(f"{server.root}/sse")) as client:
                result = await client.call_tool("analyze_schema", {"source": "empty"})
                assert not result.is_error, result.content
            seen.append(postmasters(server.process.pid))

    assert seen[0]
    assert seen[0] == seen[1]


def postmasters(pid: int) -> frozenset[psutil.Process]:
    return frozenset(each for each, command in commands_below(pid).items() if "-D" in command)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_http_server_ends_by_a_signal_with_nothing_left(
    start_http: StartHttp, number: signal.Signals
) -> None:
    with start_http() as server:
        process = psutil.Process(server.process.pid)

        server.process.send_signal(number)

        assert eventually(lambda: server.process.poll() is not None, 5)
        assert not process.is_running()
