"""How git is run, seen with programs that stand in for it."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import anyio
import pytest
from anyio import to_thread

from server.errors import NotFoundError, RefusedError, UnavailableError
from server.workspace import Workspace

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.usefixtures("committed"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]

T = TypeVar("T")

DEADLINE = 10.0  # seconds until something that waits is called stuck


def stand_in(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program named git first in PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / "git"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


async def waiting(call: Callable[[], T]) -> T:
    """Wait in a thread for what may never come."""
    return await to_thread.run_sync(call, abandon_on_cancel=True)


def variables(dump: Path) -> dict[str, str]:
    """What `env` printed, without what a shell adds."""
    pairs = (line.split("=", 1) for line in dump.read_text(encoding="utf-8").splitlines())
    added = {"PATH", "PWD", "OLDPWD", "SHLVL", "_"}
    return {name: value for name, value in pairs if name not in added}


async def test_git_inherits_no_secret_and_no_variable_of_its_own(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", f"env > {tmp_path}/environment; exit 1", monkeypatch)
    monkeypatch.setenv("DATABASE_URL", "postgres://u:secret@host/db")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/bin/true")
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", str(tmp_path))

    with pytest.raises(NotFoundError):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)

    seen = variables(tmp_path / "environment")
    assert seen == {
        "HOME": seen["GIT_DIR"],
        "LC_ALL": "C",
        "GIT_DIR": seen["GIT_DIR"],
        "GIT_OBJECT_DIRECTORY": f"{workspace.root}/.git/objects",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }


async def test_a_program_named_git_in_the_workspace_is_not_run(
    workspace: Workspace, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(root / "bin", f"touch {tmp_path}/ran", monkeypatch)

    with pytest.raises(RefusedError, match="lies in the workspace"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("entry", [".", "", "bin/.."])
async def test_a_relative_entry_of_path_is_passed_over(
    workspace: Workspace, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    path = os.environ["PATH"]
    stand_in(root, f"touch {tmp_path}/ran", monkeypatch)
    (root / "bin").mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("PATH", f"{entry}:{path}")

    assert await workspace.git_blob("HEAD", "schema.sql", limit=100) == b"SELECT 1;"
    assert not (tmp_path / "ran").exists()


async def test_a_cancelled_call_leaves_no_process_and_no_folder(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    stand_in(tmp_path / "bin", f"exec 3>{pipe}; echo started >&3; sleep 600 & wait", monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    call = anyio.CancelScope()

    async def read() -> None:
        with call:
            await workspace.git_blob("HEAD", "schema.sql", limit=100)

    with anyio.fail_after(DEADLINE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(read)
            with await waiting(partial(pipe.open, "rb")) as alive:
                await waiting(alive.readline)
                call.cancel()
                # The end comes when the last process that holds the pipe is gone.
                assert await waiting(alive.read) == b""

    assert list(tmp_path.glob("senior-backend-git-*")) == []


async def test_output_without_end_is_cut_off(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", "exec cat /dev/zero", monkeypatch)

    with anyio.fail_after(DEADLINE), pytest.raises(RefusedError, match="larger than"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_git_that_does_not_answer_is_given_up(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", "exec sleep 600", monkeypatch)
    monkeypatch.setattr("server.workspace.git.PATIENCE", 0.2)

    with anyio.fail_after(DEADLINE), pytest.raises(UnavailableError, match="did not answer"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_git_that_is_no_program_is_told(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", "", monkeypatch)
    (tmp_path / "bin" / "git").write_bytes(b"\x7fELF")

    with pytest.raises(UnavailableError, match="cannot be started"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_git_that_fails_is_not_taken_for_a_missing_commit(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", "exit 69", monkeypatch)

    with pytest.raises(UnavailableError, match="Git cannot read"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_a_machine_without_git_is_told(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(UnavailableError, match="not installed"):
        await workspace.git_blob("HEAD", "schema.sql", limit=100)


async def test_what_a_killed_process_left_is_removed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    old, young = tmp_path / "senior-backend-git-old", tmp_path / "senior-backend-git-young"
    for folder in (old, young):
        folder.mkdir()
    os.utime(old, (0, 0))

    await workspace.git_blob("HEAD", "schema.sql", limit=100)

    assert list(tmp_path.glob("senior-backend-git-*")) == [young]


async def test_git_is_not_asked_for_a_content_that_is_too_large(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log"
    stand_in(tmp_path / "bin", f'echo "$1" >> {log}; exec {shutil.which("git")} "$@"', monkeypatch)

    with pytest.raises(RefusedError, match="larger than 8 bytes"):
        await workspace.git_blob("HEAD", "schema.sql", limit=8)

    assert log.read_text(encoding="utf-8").split() == ["rev-parse", "ls-tree"]
