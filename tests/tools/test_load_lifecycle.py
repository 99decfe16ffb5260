"""A load test measures alone: it waits for other work, and other work waits for it."""

from itertools import groupby

import anyio
import pytest
from mcp import Client

from server.runtime import Runtime
from tests.engines.loadtest.origin import OK, Exchange, ok, origin
from tests.tools.load_calls import called, content, text_of, url_of

pytestmark = pytest.mark.anyio

SHORT = {"rate": 50, "duration": 1}


def silent(_: str) -> None: ...


async def test_it_sends_nothing_while_a_proof_runs_and_begins_when_that_has_ended(
    load_client: Client, load_runtime: Runtime
) -> None:
    load_runtime.patience = 1.0
    async with origin(ok) as server:
        async with load_runtime.gate.shared(silent):
            begun = content(await called(load_client, url=url_of(server.port), load=SHORT))
            assert server.connections == 0
        load_runtime.patience = 60.0
        result = content(await called(load_client, run_id=begun["run_id"]))

    assert begun["status"] == "running"
    assert "waiting for other work on this machine" in begun["reason"]
    assert result["figures"]["answered"] == len(server.heads) == 50


async def test_a_proof_waits_until_the_load_has_ended(
    load_client: Client, load_runtime: Runtime
) -> None:
    first, waits = anyio.Event(), list[str]()
    seen_by_proof = list[int]()

    async def tells(exchange: Exchange) -> None:
        first.set()
        await exchange.write(OK)

    async def prove() -> None:
        await first.wait()
        async with load_runtime.gate.shared(waits.append):
            seen_by_proof.append(len(server.heads))

    async with origin(tells) as server, anyio.create_task_group() as tasks:
        tasks.start_soon(prove)
        await called(load_client, url=url_of(server.port), load=SHORT)

    assert waits == ["waiting for other work on this machine to end"]
    assert seen_by_proof == [50]


async def test_one_that_waits_is_canceled_without_having_sent_anything(
    load_client: Client, load_runtime: Runtime
) -> None:
    load_runtime.patience = 0.5
    async with origin(ok) as server, load_runtime.gate.shared(silent):
        begun = content(await called(load_client, url=url_of(server.port), load=SHORT))
        load_runtime.patience = 30.0
        with anyio.fail_after(20):
            canceled = await called(load_client, run_id=begun["run_id"], action="cancel")

    assert "stopped before it began" in text_of(canceled)
    assert server.connections == 0


async def test_two_load_tests_never_run_at_once(load_client: Client, load_runtime: Runtime) -> None:
    load_runtime.patience = 60.0
    order = list[str]()

    async def first(exchange: Exchange) -> None:
        order.append("first")
        await exchange.write(OK)

    async def second(exchange: Exchange) -> None:
        order.append("second")
        await exchange.write(OK)

    async def load(port: int) -> None:
        await called(load_client, url=url_of(port), load=SHORT)

    async with origin(first) as one, origin(second) as other, anyio.create_task_group() as tasks:
        tasks.start_soon(load, one.port)
        tasks.start_soon(load, other.port)

    assert sorted(order) == ["first"] * 50 + ["second"] * 50
    assert len([*groupby(order)]) == 2
