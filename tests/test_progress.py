"""Progress of a call, through real clients of both eras and through one that does not read."""

import asyncio
from collections.abc import Callable
from typing import Any, Literal, cast

import anyio
import pytest
from mcp import Client
from mcp.server.mcpserver import Context

from server.progress import TELLER, progress
from server.sdk import Server

pytestmark = pytest.mark.anyio
Era = Literal["auto", "legacy"]
both_eras = pytest.mark.parametrize("era", ["auto", "legacy"])


class Told:
    """What a client was told, and a way to wait until it was told so much."""

    def __init__(self) -> None:
        self.notes = list[tuple[float, str | None]]()
        self._changed = anyio.Event()

    async def note(self, progress: float, total: float | None, message: str | None) -> None:
        del total
        self.notes.append((progress, message))
        self._changed.set()
        self._changed = anyio.Event()

    async def reach(self, condition: Callable[[], bool]) -> None:
        with anyio.fail_after(30):
            while not condition():
                await self._changed.wait()


def staged(told: Told) -> Server:
    """Return a server with a tool that enters a second stage once its first was told."""

    async def work(context: Context) -> str:
        """Work in two stages."""
        async with progress(context) as stage:
            await told.reach(lambda: bool(told.notes))
            stage("second \udcff")
            await told.reach(lambda: "second" in str(told.notes[-1]))
            await told.reach(lambda: len(told.notes) > 3)
        return "done"

    server = Server(name="test")
    server.add_tool(work)
    return server


@both_eras
async def test_a_call_tells_its_stages_with_increasing_values(era: Era) -> None:
    told = Told()

    async with Client(staged(told), mode=era) as client:
        await client.call_tool("work", {}, progress_callback=told.note)

    values = [value for value, _ in told.notes]
    assert values == sorted(set(values))
    assert [str(message).partition(" (")[0] for _, message in told.notes[:2]] == [
        "starting",
        r"second \udcff",
    ]


class Deaf:
    """A request context whose client takes nothing, or has gone."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.tried = anyio.Event()
        self._failure = failure

    async def report_progress(self, *_: object) -> None:
        self.tried.set()
        if self._failure is not None:
            raise self._failure
        await anyio.sleep_forever()


@pytest.mark.parametrize("failure", [None, anyio.BrokenResourceError(), ConnectionResetError()])
async def test_a_client_that_does_not_read_holds_nothing_up(failure: Exception | None) -> None:
    deaf = Deaf(failure)

    with anyio.fail_after(5):
        async with progress(cast("Any", deaf)) as stage:
            await deaf.tried.wait()
            stage("working")
            worked = True

    assert worked


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("a"), ExceptionGroup("of the block", [KeyError("a")])]
)
async def test_what_a_call_raises_leaves_it_as_it_was_raised(error: Exception) -> None:
    error.__context__ = LookupError("what came before")

    with pytest.raises(type(error)) as raised:
        async with progress(cast("Any", Deaf())):
            raise error

    assert raised.value is error
    assert isinstance(error.__context__, LookupError)


def tellers() -> list[str]:
    return [each.get_name() for each in asyncio.all_tasks() if each.get_name() == TELLER]


async def test_nothing_is_told_once_the_call_has_ended() -> None:
    deaf = Deaf()

    async with progress(cast("Any", deaf)):
        await deaf.tried.wait()
        during = tellers()

    assert (during, tellers()) == ([TELLER], [])


async def test_a_canceled_call_tells_nothing_while_it_cleans_up() -> None:
    deaf, cleaning = Deaf(), list[list[str]]()

    async def work() -> None:
        async with progress(cast("Any", deaf)):
            try:
                await anyio.sleep_forever()
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.wait_all_tasks_blocked()
                    cleaning.append(tellers())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(work)
        await deaf.tried.wait()
        tasks.cancel_scope.cancel()

    assert cleaning == [[]]
