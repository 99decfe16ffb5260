"""Serving over stdio or HTTP until the client leaves or a signal comes; nothing stays behind."""

import os
import signal
import sys
from typing import TYPE_CHECKING

import anyio

from server import logs
from server.app import build
from server.runtime import Runtime, open_runtime
from server.settings import Settings

if TYPE_CHECKING:
    import socket


async def serve_stdio(settings: Settings) -> None:
    """Speak the protocol on stdin and stdout until stdin closes or a signal comes."""
    logs.configure(settings)
    async with open_runtime(settings) as runtime, anyio.create_task_group() as tasks:
        tasks.start_soon(_leave_on_signal, runtime)
        await build(runtime).run_stdio_async()
        tasks.cancel_scope.cancel()


async def _leave_on_signal(runtime: Runtime) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for number in signals:
            await runtime.close()
            sys.stderr.flush()
            # A thread of the SDK still waits for a line of stdin and cannot be interrupted.
            os._exit(128 + number)


async def serve_network(settings: Settings, bound: "socket.socket", *, sse: bool) -> None:
    """Answer HTTP on a bound socket until a signal comes."""
    from server.http import http_app, serve_http

    logs.configure(settings)
    stop = anyio.Event()
    host, port = bound.getsockname()[:2]
    async with open_runtime(settings) as runtime, anyio.create_task_group() as tasks:
        tasks.start_soon(_set_on_signal, stop)
        shown = f"[{host}]" if ":" in host else host
        sys.stderr.write(f"senior-backend: listening on http://{shown}:{port}/mcp\n")
        await serve_http(http_app(build(runtime), settings, sse=sse), bound, stop)
        tasks.cancel_scope.cancel()


async def _set_on_signal(stop: anyio.Event) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            stop.set()
