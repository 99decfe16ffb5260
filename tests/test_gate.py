"""Admission: what runs beside what, and who is turned away."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given, settings
from hypothesis import strategies as st

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


async def test_a_measurement_that_must_wait_for_one_place_says_so() -> None:
    gate, told = Gate(width=2), list[str]()

    async def measure() -> None:
        async with gate.alone(told.append):
            pass

    async with anyio.create_task_group() as tasks, gate.shared(silent):
        tasks.start_soon(measure)
        await anyio.wait_all_tasks_blocked()

    assert told == ["waiting for other work on this machine to end"]


async def test_a_job_that_finds_the_machine_free_is_told_nothing() -> None:
    gate, told = Gate(width=2), list[str]()

    async with gate.shared(told.append):
        pass
    async with gate.alone(told.append):
        pass

    assert told == []


async def test_a_job_that_fails_gives_its_place_back() -> None:
    gate = Gate(width=1)

    with pytest.raises(ZeroDivisionError):
        async with gate.shared(silent):
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        async with gate.alone(silent):
            raise ZeroDivisionError

    with anyio.fail_after(1):
        async with gate.alone(silent):
            pass


async def test_without_a_queue_a_job_is_admitted_where_none_must_wait() -> None:
    gate = Gate(width=1, queue=0)

    async with gate.shared(silent):
        with pytest.raises(UnavailableError, match="0 jobs already wait"):
            async with gate.shared(silent):
                pass


@dataclass(frozen=True)
class Job:
    """A job that starts, works and may be canceled after so many steps of the schedule."""

    measures: bool
    starts: int
    works: int
    canceled: int | None
    fails: bool


JOBS = st.lists(
    st.builds(
        Job,
        measures=st.booleans(),
        starts=st.integers(0, 12),
        works=st.integers(0, 6),
        canceled=st.none() | st.integers(0, 16),
        fails=st.booleans(),
    ),
    max_size=12,
)


@dataclass
class Machine:
    """What runs at the same moment, and what went wrong with it."""

    width: int
    shared: int = 0
    alone: int = 0
    wrong: list[str] = field(default_factory=list[str])
    admitted: list[int] = field(default_factory=list[int])

    def check(self) -> None:
        if self.alone > 1 or (self.alone and self.shared) or self.shared > self.width:
            self.wrong.append(f"{self.shared} shared beside {self.alone} alone")


async def perform(number: int, job: Job, gate: Gate, machine: Machine) -> None:
    await steps(job.starts)
    admission = gate.alone(silent) if job.measures else gate.shared(silent)
    async with admission:
        machine.admitted.append(number)
        machine.alone += job.measures
        machine.shared += not job.measures
        machine.check()
        try:
            await steps(job.works)
            if job.fails:
                raise ZeroDivisionError
        finally:
            machine.alone -= job.measures
            machine.shared -= not job.measures


async def steps(count: int) -> None:
    for _ in range(count):
        await checkpoint()


async def run_schedule(jobs: Sequence[Job], width: int) -> Machine:
    gate, machine = Gate(width=width, queue=len(jobs)), Machine(width)

    async def run(number: int, job: Job) -> None:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                if job.canceled is not None:
                    tasks.start_soon(cancel_after, scope, job.canceled)
                with suppress(ZeroDivisionError):
                    await perform(number, job, gate, machine)
                tasks.cancel_scope.cancel()

    async def cancel_after(scope: anyio.CancelScope, count: int) -> None:
        await steps(count)
        scope.cancel()

    with anyio.fail_after(2):
        async with anyio.create_task_group() as tasks:
            for number, job in enumerate(jobs):
                tasks.start_soon(run, number, job)
        # Every place is back: a measurement needs all of them.
        async with gate.alone(silent):
            pass
    return machine


@settings(max_examples=300, deadline=None)
@given(jobs=JOBS, width=st.integers(1, 3))
def test_no_schedule_lets_a_measurement_overlap_starves_a_job_or_loses_a_place(
    jobs: list[Job], width: int
) -> None:
    machine = anyio.run(run_schedule, jobs, width)

    assert machine.wrong == []
    patient = {number for number, job in enumerate(jobs) if job.canceled is None}
    assert patient <= set(machine.admitted)


@settings(max_examples=100, deadline=None)
@given(kinds=st.lists(st.booleans(), min_size=1, max_size=8), width=st.integers(1, 3))
def test_jobs_are_admitted_in_the_order_in_which_they_came(kinds: list[bool], width: int) -> None:
    jobs = [Job(kind, number * 3, 9, None, fails=False) for number, kind in enumerate(kinds)]

    machine = anyio.run(run_schedule, jobs, width)

    assert machine.admitted == list(range(len(jobs)))
