"""Serving over stdio or HTTP until the client leaves or a signal comes; nothing stays behind."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

import anyio
from anyio.abc import TaskStatus

from server import logs, startup
from server.app import build
from server.runtime import Runtime, open_runtime
from server.sdk import Server
from server.settings import Settings

if TYPE_CHECKING:
    import socket

log = logging.getLogger(__name__)

_PATIENCE: Final = 0.5  # seconds for each part of an end; after two seconds nothing is left
_SIGNALED: Final = 128  # plus the signal's number: the exit code by convention


async def serve_stdio(settings: Settings) -> None:
    """Speak the protocol on stdin and stdout until stdin closes or a signal comes."""
    logs.configure(settings)
    async with open_runtime(settings) as runtime:
        server = build(runtime)
        startup.settled()
        await speak(server, runtime)


async def speak(server: Server, runtime: Runtime) -> None:
    """Let a server speak on stdin and stdout, and end with its client, whatever still runs."""
    silent = anyio.Event()

    async def end_when_silent() -> None:
        await silent.wait()
        # The SDK cancels calls itself; this is for what cannot be canceled.
        await anyio.sleep(_PATIENCE)
        await _end(server, runtime, os.EX_OK)

    async def end_on_signal(number: int) -> None:
        await _end(server, runtime, _SIGNALED + number)

    try:
        async with anyio.create_task_group() as tasks:
            await tasks.start(_watch_signals, partial(tasks.start_soon, end_on_signal))
            tasks.start_soon(end_when_silent)
            await server.speak(silent.set)
            tasks.cancel_scope.cancel()
    except* BrokenPipeError:
        log.info("the client no longer reads")


async def serve_network(settings: Settings, bound: "socket.socket", *, sse: bool) -> None:
    """Answer HTTP on a bound socket until a signal comes."""
    logs.configure(settings)
    async with open_runtime(settings) as runtime:
        runtime.own_ports = frozenset({bound.getsockname()[1]})
        server = build(runtime)
        startup.settled()
        await answer(server, runtime, bound, sse=sse)


async def answer(server: Server, runtime: Runtime, bound: "socket.socket", *, sse: bool) -> None:
    """Let a server answer on a bound socket, and end on a signal, whatever streams are open."""
    from server.http import http_app, serve_http

    stop = anyio.Event()

    async def end_on_signal(_: int) -> None:
        stop.set()
        with anyio.move_on_after(_PATIENCE):
            await server.stop_calls()
            await anyio.sleep_forever()  # until the streams have ended, too
        await _end(server, runtime, os.EX_OK)

    async with anyio.create_task_group() as tasks:
        await tasks.start(_watch_signals, partial(tasks.start_soon, end_on_signal))
        sys.stderr.write(f"senior-backend: listening on {_url(bound)}\n")
        sys.stderr.flush()
        await serve_http(http_app(server, runtime.settings, sse=sse), bound, stop)
        tasks.cancel_scope.cancel()


def _url(bound: "socket.socket") -> str:
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}/mcp" if ":" in host else f"http://{host}:{port}/mcp"


async def _watch_signals(
    act: Callable[[int], None], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Act on the first signal; a second one ends the process at once."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        is_ending = False
        async for number in signals:
            if is_ending:
                os._exit(_SIGNALED + number)
            is_ending = True
            act(number)


async def _end(server: Server, runtime: Runtime, code: int) -> NoReturn:
    """Let calls clean up, stop every server, and leave without waiting for what hangs."""
    with anyio.move_on_after(_PATIENCE):
        await server.stop_calls()
    closing = asyncio.create_task(runtime.close())
    await asyncio.wait({closing}, timeout=_PATIENCE)
    sys.stderr.flush()
    # A thread that waits for stdin, or works, cannot be interrupted.
    os._exit(code)
