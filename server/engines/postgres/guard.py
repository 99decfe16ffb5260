"""A private folder with one program in it that cannot outlive this process."""

import os
import select
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from server.engines.postgres import watchdog
from server.engines.postgres.account import Account
from server.errors import UnavailableError

PREFIX = "sb-"
# Marks the folder as ours, and tells a person whose it is.
OWNER = "owner"

_CLOSED = -1
_KILLED = b"exit -9\n"
_STOP_SECONDS = 5.0
_GLANCE_SECONDS = 0.05
_LOG_CHARACTERS = 2000
# sun_path holds 108 bytes on Linux and 104 on macOS, the end mark among them.
_SOCKET_PATH_BYTES = 107 if sys.platform == "linux" else 103
_DATA = "data"
_SOCKETS = "s"
_SOCKET_NAME = ".s.PGSQL.5432"


class AbandonedError(Exception):
    """The caller was cancelled, and waits no longer."""


@dataclass(slots=True)
class Guard:
    """Our end of the leash; every method blocks, so call it in a thread."""

    home: Path
    _account: Account
    _lock: int
    _watchdog: "subprocess.Popen[bytes]"
    _abandoned: threading.Event
    _report: bytes = b""

    @classmethod
    def open(cls, base: Path, account: Account, abandoned: threading.Event) -> Self:
        """Make the folder in `base`, closed to everyone but us and the server's account.

        Setting `abandoned` ends every wait.

        Raises:
            UnavailableError: a socket in there would have too long a path.
            OSError: the folder cannot be made.
        """
        import fcntl

        if not has_room_for_socket(base):
            raise UnavailableError(
                f"The path of a socket below {base} would exceed {_SOCKET_PATH_BYTES} bytes.",
                next_step="Use a folder with a shorter path.",
            )
        home = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        lock = os.open(home, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Held as long as we or the watchdog live; cleaners of old files respect it too.
            fcntl.flock(lock, fcntl.LOCK_EX)
            _furnish(home, account)
            return cls(home, account, lock, _unleash(home, account, lock), abandoned)
        except OSError:
            shutil.rmtree(home, ignore_errors=True)
            os.close(lock)
            raise

    @property
    def data(self) -> Path:
        """The folder for the data."""
        return self.home / _DATA

    @property
    def sockets(self) -> Path:
        """The folder for the socket."""
        return self.home / _SOCKETS

    @property
    def log(self) -> str:
        """The end of what the program wrote."""
        with suppress(FileNotFoundError):
            return (self.home / "log").read_text(errors="replace")[-_LOG_CHARACTERS:].strip()
        return ""

    def hand_over(self) -> None:
        """Give the folders of data and sockets to the server's account.

        Their contents come first, while the account cannot enter yet and turn them into links.
        """
        if self._account.is_other:
            for top in (self.data, self.sockets):
                for folder, _, files in os.walk(top, topdown=False):
                    for path in (*(Path(folder, file) for file in files), Path(folder)):
                        os.chown(path, self._account.uid, self._account.gid, follow_symlinks=False)

    def run(self, *command: str | Path) -> None:
        """Start a program, under the server's account and without our environment.

        Once it has ended, another one may follow.
        """
        self._report = b""
        self._say(b"\0".join(os.fsencode(word) for word in command) + b"\n")

    def exit_status(self) -> int | None:
        """Return how the program ended, None while it runs."""
        return self._exit_status(0)

    def wait(self, seconds: float) -> int | None:
        """Return how the program ended, None if it still runs after this time.

        Raises:
            AbandonedError: nobody waits for the result any more.
        """
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._abandoned.is_set():
                raise AbandonedError
            if (status := self._exit_status(min(left, _GLANCE_SECONDS))) is not None:
                return status
        return None

    def close(self) -> None:
        """End the program and remove the folder; the second time there is nothing to do."""
        lock, self._lock = self._lock, _CLOSED
        if lock == _CLOSED:
            return
        with suppress(OSError):
            self._say(watchdog.STOP + b"\n")
        self._report = self._report or _KILLED
        for stream in (self._watchdog.stdin, self._watchdog.stdout):
            if stream is not None:
                stream.close()
        try:
            self._watchdog.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._watchdog.kill()
            self._watchdog.wait()
        if self.home.exists():
            # The watchdog itself was killed.
            clear(self.home, self._account)
        os.close(lock)

    def _say(self, words: bytes) -> None:
        os.write(self._stream("stdin"), words)

    def _exit_status(self, wait_seconds: float) -> int | None:
        if not self._report:
            stdout = self._stream("stdout")
            poll = select.poll()
            poll.register(stdout, select.POLLIN)
            if poll.poll(wait_seconds * 1000):
                # A watchdog that says nothing was killed, and nobody guards the program any more.
                self._report = os.read(stdout, 64) or _KILLED
        return int(self._report.split()[1]) if self._report else None

    def _stream(self, name: str) -> int:
        stream = self._watchdog.stdin if name == "stdin" else self._watchdog.stdout
        if stream is None:
            raise AssertionError("the watchdog is started with both pipes")
        return stream.fileno()


def has_room_for_socket(base: Path) -> bool:
    """Tell whether the path of a socket in a guarded folder fits into an address."""
    path = base / f"{PREFIX}12345678" / _SOCKETS / _SOCKET_NAME
    return len(os.fsencode(path)) <= _SOCKET_PATH_BYTES


def _furnish(home: Path, account: Account) -> None:
    (home / OWNER).write_text(f"senior-backend, process {os.getpid()}\n", encoding="utf-8")
    for folder in (home / _DATA, home / _SOCKETS):
        folder.mkdir(mode=0o700)
    if account.is_other:
        os.chown(home, os.geteuid(), account.gid)
        home.chmod(0o710)


def clear(home: Path, account: Account) -> None:
    """End what still works in a folder that no watchdog holds any more, and remove it."""
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(
            _watchdog(home, account),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=_STOP_SECONDS,
        )


def _unleash(home: Path, account: Account, lock: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        _watchdog(home, account),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd="/",
        start_new_session=True,
        pass_fds=(lock,),
    )


def _watchdog(home: Path, account: Account) -> list[str]:
    words = (os.getpid(), account.uid, account.gid, home)
    return [sys.executable, "-I", "-S", watchdog.__file__, *map(str, words)]
