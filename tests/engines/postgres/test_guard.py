import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from server.engines.postgres.account import server_account
from server.engines.postgres.guard import Guard

Eventually = Callable[[Callable[[], bool], float], None]
ProcessesOf = Callable[[Path], set[int]]


@pytest.fixture
def guard(base: Path) -> Guard:
    return Guard.open(base, server_account(), threading.Event())


def _watchdog_of(owner: "subprocess.Popen[str]") -> int:
    children = Path(f"/proc/{owner.pid}/task/{owner.pid}/children")
    every = [
        int(child)
        for task in children.parent.parent.iterdir()
        for child in (task / "children").read_text().split()
    ]
    return every[0]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_ends_with_its_owner(
    owner: "subprocess.Popen[str]",
    home: Path,
    number: signal.Signals,
    processes_of: ProcessesOf,
    eventually: Eventually,
) -> None:
    while_running = processes_of(home)

    os.kill(owner.pid, number)

    eventually(lambda: not home.exists() and not processes_of(home), 2)
    assert len(while_running) >= 2


def test_a_ctrl_c_in_the_terminal_leaves_nothing(
    owner: "subprocess.Popen[str]", home: Path, processes_of: ProcessesOf, eventually: Eventually
) -> None:
    os.killpg(owner.pid, signal.SIGINT)

    eventually(lambda: not home.exists() and not processes_of(home), 2)


def test_a_ctrl_c_does_not_reach_server_or_watchdog(
    owner: "subprocess.Popen[str]", home: Path, processes_of: ProcessesOf
) -> None:
    groups = {os.getpgid(pid) for pid in processes_of(home) - {owner.pid}}

    assert os.getpgid(owner.pid) not in groups


def test_a_watchdog_that_is_told_to_end_takes_the_server_along(
    owner: "subprocess.Popen[str]", home: Path, processes_of: ProcessesOf, eventually: Eventually
) -> None:
    os.kill(_watchdog_of(owner), signal.SIGTERM)

    eventually(lambda: not home.exists() and not processes_of(home), 2)


def test_a_server_that_was_killed_leaves_no_shared_memory(
    owner: "subprocess.Popen[str]", home: Path, eventually: Eventually
) -> None:
    lines = (home / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    segment = lines[6].split()[1]
    while_running = _segments()

    os.kill(int(lines[0]), signal.SIGKILL)
    os.kill(owner.pid, signal.SIGKILL)
    eventually(lambda: not home.exists(), 5)

    assert segment in while_running
    assert segment not in _segments()


def _segments() -> set[str]:
    table = Path("/proc/sysvipc/shm").read_text(encoding="utf-8").splitlines()
    return {line.split()[1] for line in table}


def test_closing_ends_a_program_that_ignores_requests(
    guard: Guard, processes_of: ProcessesOf, eventually: Eventually
) -> None:
    guard.hand_over()
    ignore = "trap '' QUIT TERM INT; touch data/ready; while :; do sleep 1; done"
    guard.run("/bin/sh", "-c", ignore)
    eventually((guard.data / "ready").exists, 5)

    guard.close()

    assert not guard.home.exists()
    assert processes_of(guard.home) == set()


def test_closing_works_although_the_watchdog_was_killed(
    guard: Guard, processes_of: ProcessesOf, eventually: Eventually
) -> None:
    guard.hand_over()
    guard.run("/bin/sleep", "60")
    eventually(lambda: len(processes_of(guard.home)) == 2, 5)
    os.kill(min(processes_of(guard.home)), signal.SIGKILL)

    guard.close()

    assert not guard.home.exists()
    assert processes_of(guard.home) == set()


def test_closing_works_although_a_forked_process_holds_the_leash(guard: Guard) -> None:
    forked = os.fork()
    if not forked:
        signal.pause()
    guard.close()
    os.kill(forked, signal.SIGKILL)
    os.waitpid(forked, 0)

    assert not guard.home.exists()


def test_how_a_program_ended_is_known(guard: Guard) -> None:
    guard.hand_over()
    guard.run("/bin/sh", "-c", "echo the reason >&2; exit 3")

    status, log = guard.wait(10), guard.log
    guard.close()

    assert (status, log) == (3, "the reason")


def test_a_word_of_a_command_is_not_an_order(guard: Guard) -> None:
    guard.hand_over()
    guard.run("/bin/echo", "stop")

    status, log = guard.wait(10), guard.log
    guard.close()

    assert (status, log) == (0, "stop")


def test_a_second_program_may_follow_the_first(guard: Guard) -> None:
    guard.hand_over()
    guard.run("/bin/sh", "-c", "exit 3")
    guard.wait(10)
    guard.run("/bin/sh", "-c", "exit 4")

    status = guard.wait(10)
    guard.close()

    assert status == 4


def test_a_program_that_is_not_there_is_known(guard: Guard) -> None:
    guard.hand_over()
    guard.run("/no/such/program")

    status, log = guard.wait(10), guard.log
    guard.close()

    assert status == 127
    assert "No such file" in log
