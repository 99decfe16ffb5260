"""The data folder that every throw-away server starts from a copy of, built once."""

import hashlib
from pathlib import Path

from server.engines.postgres.cache import Copying, Kind, copy_tree, discard, kept
from server.engines.postgres.configuration import MEMORY_IN_FILES, initdb_arguments
from server.engines.postgres.ground import Ground
from server.engines.postgres.guard import Guard
from server.errors import UnavailableError

# Raised whenever a template built by an older version of this code must not be used.
_FORMAT = 1
_BUILD_SECONDS = 120
# A third of all the files that every server would start by copying.
_TRIMMED = (
    "UPDATE pg_database SET datistemplate = false WHERE datname = 'template1'",
    "DROP DATABASE template1",
)
_SINGLE_USER = f"""
printf '%s\\n' "$2" "$3" | exec "$0" --single -F -c {MEMORY_IN_FILES} -D "$1" postgres
"""


def plant(ground: Ground, data: Path) -> None:
    """Fill `data` with a copy of the template, which is built first if it is not whole.

    Raises:
        UnavailableError: there is no whole one, not even a new one; says what initdb wrote.
    """
    if not _is_copied(ground, data):
        uproot(ground)
        if not _is_copied(ground, data):
            raise UnavailableError(f"The template in {ground.cache} changes while it is copied.")


def uproot(ground: Ground) -> None:
    """Discard the template, so that the next server gets a new one."""
    discard(ground.cache, Kind.TEMPLATE, _key(ground))


def _is_copied(ground: Ground, data: Path) -> bool:
    template = kept(ground.cache, Kind.TEMPLATE, _key(ground), lambda new: _build(ground, new))
    try:
        copied = copy_tree(template / "data", data, Copying.DATA)
        return (template / "tally").read_text(encoding="utf-8") == str(copied)
    except FileNotFoundError:
        return False


def _key(ground: Ground) -> str:
    options = " ".join((str(_FORMAT), *initdb_arguments(ground.binaries.major)))
    return f"{ground.key}-{hashlib.sha256(options.encode()).hexdigest()[:8]}"


def _build(ground: Ground, new: Path) -> None:
    guard = ground.guard()
    try:
        programs = ground.programs(guard.home)
        guard.hand_over()
        _run(guard, programs / "initdb", "-D", guard.data, *initdb_arguments(ground.binaries.major))
        _run(guard, "/bin/sh", "-c", _SINGLE_USER, programs / "postgres", guard.data, *_TRIMMED)
        tally = copy_tree(guard.data, new / "data", Copying.DATA)
        (new / "tally").write_text(str(tally), encoding="utf-8")
    finally:
        guard.close()


def _run(guard: Guard, *command: str | Path) -> None:
    guard.run(*command)
    if guard.wait(_BUILD_SECONDS) != 0:
        raise UnavailableError(f"PostgreSQL's {command[0]} failed: {guard.log}")
