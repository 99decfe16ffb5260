"""Starting a server from a copy of the template, ready for sessions when it returns."""

import time
from contextlib import suppress
from pathlib import Path

from server.engines.postgres.configuration import host_rules, owner_map, server_arguments
from server.engines.postgres.ground import Ground
from server.engines.postgres.guard import Guard
from server.engines.postgres.template import plant, uproot
from server.errors import UnavailableError

_START_SECONDS = 60
_STEP_SECONDS = 0.005
# The eighth line of postmaster.pid tells how far the server is.
_STATUS_LINE = 7


class _NotReadyError(UnavailableError):
    """The template is there, and no server starts from it."""


def boot(ground: Ground) -> Guard:
    """Start a server; blocks for as long as that takes.

    Raises:
        UnavailableError: it does not start, not even from a new template; says what it wrote.
        AbandonedError: nobody waits for it any more.
    """
    try:
        return _boot(ground)
    except _NotReadyError:
        # A crash of the machine may have left holes in the template.
        uproot(ground)
        return _boot(ground)
    except OSError as error:
        raise UnavailableError(
            f"The PostgreSQL server did not start: {error.strerror}: {error.filename}.",
            next_step="Check the space and the permissions of the cache and temporary folders.",
        ) from error


def _boot(ground: Ground) -> Guard:
    guard = ground.guard()
    try:
        _run(ground, guard)
        _wait_until_ready(guard)
    except BaseException:
        guard.close()
        raise
    return guard


def _run(ground: Ground, guard: Guard) -> None:
    programs = ground.programs(guard.home)
    plant(ground, guard.data)
    major = ground.binaries.major
    rules = _write(guard.home / "hba", host_rules(major))
    owners = _write(guard.home / "ident", owner_map(major))
    guard.hand_over()
    files = ("-c", f"hba_file={rules}", "-c", f"ident_file={owners}")
    command = (programs / "postgres", "-D", guard.data, "-k", guard.sockets)
    guard.run(*command, *files, *server_arguments(major))


def _write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    # The server's account reads it; nobody else comes this far.
    file.chmod(0o644)
    return file


def _wait_until_ready(guard: Guard) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(guard.data):
        if guard.wait(_STEP_SECONDS) is not None:
            raise _NotReadyError(f"The PostgreSQL server did not start: {guard.log}")
        if time.monotonic() > deadline:
            raise _NotReadyError(
                f"The PostgreSQL server was not ready after {_START_SECONDS} s: {guard.log}"
            )


def _is_ready(data: Path) -> bool:
    with suppress(FileNotFoundError):
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"
    return False
