import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from server.engines.postgres.account import server_account
from server.engines.postgres.guard import OWNER, Guard
from server.engines.postgres.sweep import sweep


@pytest.fixture
def leftover(base: Path) -> Path:
    folder = base / "sb-leftover"
    (folder / "data").mkdir(parents=True)
    (folder / OWNER).touch()
    return folder


def test_what_a_dead_process_left_is_removed(base: Path, leftover: Path) -> None:
    sweep(base, server_account())

    assert not leftover.exists()


def test_a_server_without_owner_and_watchdog_is_ended(
    base: Path, leftover: Path, processes_of: Callable[[Path], set[int]]
) -> None:
    with subprocess.Popen(["/bin/sleep", "60"], cwd=leftover / "data") as orphan:
        sweep(base, server_account())
        left = processes_of(leftover)
        orphan.kill()

    assert not leftover.exists()
    assert left == set()


def test_the_folder_of_a_living_server_stays(base: Path) -> None:
    guard = Guard.open(base, server_account(), threading.Event())

    sweep(base, server_account())
    was_spared = (guard.home / OWNER).exists()
    guard.close()

    assert was_spared


def test_a_folder_without_our_mark_stays(base: Path) -> None:
    foreign = base / "sb-notes"
    (foreign / "data").mkdir(parents=True)

    sweep(base, server_account())

    assert foreign.exists()


def test_a_folder_with_another_name_stays(base: Path, leftover: Path) -> None:
    other = leftover.rename(base / "other")

    sweep(base, server_account())

    assert other.exists()


def test_a_link_is_not_followed(base: Path, leftover: Path) -> None:
    elsewhere = leftover.rename(base / "elsewhere")
    (base / "sb-link").symlink_to(elsewhere)

    sweep(base, server_account())

    assert (elsewhere / OWNER).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_the_folder_of_another_account_stays(base: Path, leftover: Path) -> None:
    os.chown(leftover, 12345, 12345)

    sweep(base, server_account())

    assert leftover.exists()


def test_a_folder_inside_that_links_out_is_removed_without_what_it_links_to(
    base: Path, leftover: Path
) -> None:
    outside = base / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    (leftover / "data" / "link").symlink_to(outside)

    sweep(base, server_account())

    assert (outside / "kept").exists()
    assert not leftover.exists()
