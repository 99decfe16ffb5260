"""A server with tools that misbehave, as a process of its own: `odd_server.py [HOST:PORT]`."""

import logging
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from typing import Annotated

import anyio
import anyio.to_thread
from pydantic import Field
from typing_extensions import override

from server import logs
from server.endpoint import registered
from server.errors import InvalidInputError
from server.runtime import Runtime, open_runtime
from server.sdk import Server
from server.serving import answer, speak
from server.settings import load_settings
from server.tools.tool import Call, Report, Tool

_LONG = 600  # seconds


class Word(Report):
    """One word."""

    word: str = "done"

    @property
    @override
    def text(self) -> str:
        return self.word


async def shout(call: Call) -> Word:
    """Write to standard output in every way there is."""
    call.stage("shouting")
    print("a print")
    sys.stdout.write("without an end of line")
    sys.stdout.flush()
    os.write(1, b"straight to the descriptor\n")
    await anyio.to_thread.run_sync(subprocess.run, ["echo", "from a child"])
    warnings.warn("a warning", stacklevel=1)
    logging.getLogger("odd").debug("a log line")
    return Word()


async def wait(call: Call) -> Word:
    """Wait until canceled."""
    call.stage("waiting")
    await anyio.sleep(_LONG)
    return Word()


async def work(call: Call) -> Word:
    """Work in a thread, which cannot be canceled."""
    call.stage("working")
    await anyio.to_thread.run_sync(time.sleep, _LONG)
    return Word()


async def cling(call: Call) -> Word:
    """Clean up for longer than anybody waits."""
    call.stage("clinging")
    try:
        await anyio.sleep(_LONG)
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.sleep(_LONG)
    return Word()


async def repeat(
    call: Call,
    *,
    fails: Annotated[bool, Field(description="say it as an error")] = False,
) -> Word:
    """Say a text that UTF-8 cannot carry."""
    call.stage("half a character: \udcff")
    if fails:
        raise InvalidInputError("half a character: \udcff")
    return Word(word="half a character: \udcff")


async def who(call: Call) -> Word:
    """Say who calls."""
    return Word(word=call.runtime.principal)


TOOLS: tuple[Callable[..., Awaitable[Report]], ...] = (shout, wait, work, cling, repeat, who)


def odd_server(runtime: Runtime) -> Server:
    """Return a server with these tools and no other."""
    tools = (Tool(run.__name__, run.__name__, run, read_only=True) for run in TOOLS)
    return Server(name="odd", tools=[registered(tool, runtime) for tool in tools])


async def serve(address: str | None) -> None:
    """Serve over HTTP where there is an address, else over stdio."""
    settings = load_settings(log_level="debug")
    logs.configure(settings)
    async with open_runtime(settings) as runtime:
        if address is None:
            await speak(odd_server(runtime), runtime)
            return
        from server.http import listening

        with listening(address, settings) as bound:
            await answer(odd_server(runtime), runtime, bound, sse=True)


if __name__ == "__main__":
    anyio.run(serve, sys.argv[1] if len(sys.argv) > 1 else None)
