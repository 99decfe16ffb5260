"""Runs one program for a process that may die at any time, and leaves nothing of it behind.

It is started as a file, with a bare interpreter and in a session of its own, so a Ctrl-C in the
terminal does not reach it or its program. stdin is the leash: the words of a command, separated
by NUL and ended by a newline, start the program; the word `stop`, the end of the pipe, a SIGTERM
or the death of the parent end it and remove the folder. stdout reports `exit STATUS`. Without a
leash it clears away what an earlier one could not.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

STOP = b"stop"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}

_HEARTBEAT_MILLISECONDS = 500
_PATIENCE_SECONDS = 1.0
_STEP_SECONDS = 0.005
# The seventh line of postmaster.pid.
_MEMORY_LINE = 6
# IPC_RMID
_REMOVE = 0


@dataclass(slots=True)
class Watchdog:
    """Holds one program on a leash, in one folder."""

    parent: int
    uid: int
    gid: int
    home: Path
    pid: int = 0
    order: bytes = b""

    def watch(self) -> None:
        """Return when the program and the folder are gone."""
        woken = _wake_on_signals()
        poll = select.poll()
        poll.register(0, select.POLLIN)
        poll.register(woken, select.POLLIN)
        # A process forked by our parent may hold the other end of the pipe open: ask for both.
        while os.getppid() == self.parent:
            ready = {descriptor for descriptor, _ in poll.poll(_HEARTBEAT_MILLISECONDS)}
            if woken in ready and signal.SIGTERM in os.read(woken, 64):
                break
            if 0 in ready and not self._obey(os.read(0, 65536)):
                break
            self._report()
        stop(self.pid, self.home)
        self._release_memory()
        remove(self.home)

    def _obey(self, heard: bytes) -> bool:
        self.order += heard
        if not heard or STOP in self.order.split(b"\n"):
            return False
        if self.order.endswith(b"\n"):
            words = [os.fsdecode(word) for word in self.order[:-1].split(b"\0")]
            self.order = b""
            self.pid = os.fork() or self._become(words)
        return True

    def _become(self, words: list[str]) -> int:
        try:
            self._detach()
            self._step_down()
            os.execve(words[0], words, ENVIRONMENT)  # ruff: ignore[start-process-with-no-shell] - built by us
        except OSError as error:
            os.write(2, f"{words[0]}: {error.strerror}\n".encode())
        finally:
            os._exit(127)

    def _detach(self) -> None:
        os.setsid()
        os.chdir(self.home)
        os.umask(0o077)
        log = os.open(self.home / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        for descriptor, opened in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
            os.dup2(opened, descriptor)
        os.closerange(3, 256)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    def _step_down(self) -> None:
        if os.geteuid() != self.uid:
            os.setgroups([])
            os.setgid(self.gid)
            os.setuid(self.uid)

    def _release_memory(self) -> None:
        """Give back what a PostgreSQL that was killed could not, with no more than its rights."""
        left = _left_segment(self.home / "data" / "postmaster.pid")
        if left is None:
            return
        # Before stepping down: the account may not get at the library of this interpreter.
        system = ctypes.CDLL(None)
        child = os.fork()
        if not child:
            try:
                self._step_down()
                _remove_segment(system, *left)
            finally:
                os._exit(0)
        os.waitpid(child, 0)

    def _report(self) -> None:
        if self.pid > 0 and (status := _exit_status(self.pid)) is not None:
            self.pid = 0
            with suppress(OSError):
                os.write(1, f"exit {status}\n".encode())


def stop(pid: int, home: Path) -> None:
    """End our child `pid` (0: none) and whatever else works in `home`, by force if it hesitates.

    PostgreSQL takes SIGQUIT as an order to drop everything, but still removes its shared memory.
    """
    for order in (signal.SIGQUIT, signal.SIGKILL):
        deadline = time.monotonic() + _PATIENCE_SECONDS
        running = _running(pid, home)
        for process in running:
            with suppress(ProcessLookupError):
                os.kill(process, order)
        while running and time.monotonic() < deadline:
            time.sleep(_STEP_SECONDS)
            running = _running(pid, home)


def _running(pid: int, home: Path) -> set[int]:
    child = {pid} if pid > 0 and _exit_status(pid) is None else set[int]()
    return child | set(workers(home))


def workers(home: Path) -> Iterator[int]:
    """Yield the processes whose working folder is `home` or below it."""
    if sys.platform == "darwin":
        command = ["/usr/bin/pgrep", "-f", f"-D {home}/data"]
        found = subprocess.run(command, capture_output=True, check=False, text=True)
        yield from map(int, found.stdout.split())
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            folder = (entry / "cwd").readlink()
            if folder == home or home in folder.parents:
                yield int(entry.name)


def _left_segment(file: Path) -> tuple[int, int] | None:
    """Return key and id of the shared memory; a server that ended by itself removes the file."""
    try:
        key, segment = file.read_text(encoding="utf-8").splitlines()[_MEMORY_LINE].split()
    except (OSError, IndexError, ValueError):
        return None
    return int(key), int(segment)


def _remove_segment(system: ctypes.CDLL, key: int, segment: int) -> None:
    if system.shmget(key, 0, 0) == segment:
        system.shmctl(segment, _REMOVE, None)


def remove(home: Path) -> None:
    """Remove the folder, again while a dying process still writes to it."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while home.exists() and time.monotonic() < deadline:
        shutil.rmtree(home, ignore_errors=True)


def _exit_status(pid: int) -> int | None:
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return 0
    return os.waitstatus_to_exitcode(status) if ended else None


def _wake_on_signals() -> int:
    """Return the descriptor that receives the numbers of the signals that arrive."""
    woken, wake = os.pipe()
    for descriptor in (woken, wake):
        os.set_blocking(descriptor, False)
    signal.set_wakeup_fd(wake)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _ignore)
    return woken


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing, unlike SIG_IGN, which the program would inherit."""


if __name__ == "__main__":
    parent, uid, gid, home = sys.argv[1:]
    Watchdog(int(parent), int(uid), int(gid), Path(home)).watch()
