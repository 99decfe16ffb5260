"""Admission: what runs beside what, and who is turned away."""

import anyio
import pytest

from server.errors import UnavailableError
from server.gate import Gate

pytestmark = pytest.mark.anyio


def silent(_: str) -> None:
    """Take a stage text and keep quiet."""


async def test_shared_jobs_run_side_by_side() -> None:
    gate = Gate(width=2)

    async with gate.shared(silent):
        with anyio.fail_after(1):
            async with gate.shared(silent):
                pass


async def test_a_measurement_waits_until_shared_jobs_end() -> None:
    gate, order = Gate(width=2), list[str]()

    async def measure() -> None:
        async with gate.alone(silent):
            order.append("measured")

    async with anyio.create_task_group() as tasks, gate.shared(silent):
        tasks.start_soon(measure)
        await anyio.wait_all_tasks_blocked()
        order.append("shared work ended")

    assert order == ["shared work ended", "measured"]


async def test_shared_jobs_that_come_after_a_measurement_wait_for_it() -> None:
    gate, order = Gate(width=2), list[str]()

    async def work() -> None:
        async with gate.shared(silent):
            order.append("shared work")

    async with anyio.create_task_group() as tasks, gate.alone(silent):
        tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        order.append("measured")

    assert order == ["measured", "shared work"]


async def test_a_job_that_finds_the_queue_full_is_turned_away_by_name() -> None:
    gate = Gate(width=1, queue=1)

    async def work() -> None:
        async with gate.shared(silent):
            pass

    async with anyio.create_task_group() as tasks, gate.shared(silent):
        tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(UnavailableError, match="already wait"):
            await work()


async def test_a_canceled_measurement_gives_back_every_place_it_held() -> None:
    gate = Gate(width=2)

    async with gate.shared(silent):
        with anyio.move_on_after(0.01):
            async with gate.alone(silent):
                pytest.fail("a measurement ran beside shared work")

    with anyio.fail_after(1):
        async with gate.alone(silent):
            pass


async def test_a_job_that_must_wait_says_so() -> None:
    gate, told = Gate(width=1), list[str]()

    async def work() -> None:
        async with gate.shared(told.append):
            pass

    async with anyio.create_task_group() as tasks, gate.shared(silent):
        tasks.start_soon(work)
        await anyio.wait_all_tasks_blocked()

    assert told == ["waiting for other work on this machine to end"]
