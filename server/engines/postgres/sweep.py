"""Clears away what servers left behind whose owner and watchdog were both killed."""

import os
from contextlib import suppress
from pathlib import Path

from server.engines.postgres.account import Account
from server.engines.postgres.guard import OWNER, PREFIX, clear


def sweep(base: Path, account: Account) -> None:
    """Remove the folders in `base` that are ours and that nobody holds any more.

    A folder that is locked has a living owner, in whatever container that runs. Links, other
    people's folders and folders without our mark stay.
    """
    with os.scandir(base) as entries:
        candidates = [Path(entry.path) for entry in entries if entry.name.startswith(PREFIX)]
    for home in candidates:
        with suppress(OSError):
            _remove_if_dead(home, account)


def _remove_if_dead(home: Path, account: Account) -> None:
    import fcntl

    opened = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(opened).st_uid == os.geteuid() and os.access(OWNER, os.F_OK, dir_fd=opened):
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            clear(home, account)
    finally:
        os.close(opened)
