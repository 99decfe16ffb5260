"""The operating-system account that a throw-away server runs under.

Modules that Windows lacks are imported where they are used: the rest of this package works there.
"""

import os
import sys
from dataclasses import dataclass

from server.errors import UnavailableError

_LEAST_PRIVILEGED = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """A real account; `is_other` when it is not the one that this process runs under."""

    uid: int
    gid: int
    is_other: bool


def server_account() -> Account:
    """Return our own account, or for root a real other one: PostgreSQL refuses to run as root.

    A user namespace is no way out: root inside stays root for every file outside.

    Raises:
        UnavailableError: this platform or account cannot run a server.
    """
    if sys.platform not in {"linux", "darwin"}:
        raise UnavailableError(
            f"Throw-away PostgreSQL servers run on Linux and macOS, not on {sys.platform}.",
            next_step="Use WSL, or let the operator name a server of their own.",
        )
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), is_other=False)
    import pwd

    try:
        other = pwd.getpwnam(_LEAST_PRIVILEGED)
    except KeyError:
        raise UnavailableError(
            f"PostgreSQL does not run as root, and there is no account {_LEAST_PRIVILEGED!r}.",
            next_step="Run as another user, or let the operator name a server of their own.",
        ) from None
    return Account(other.pw_uid, other.pw_gid, is_other=True)


def own_name() -> str:
    """Return the name of the account that this process runs under.

    Raises:
        UnavailableError: the account has no name, as in a container run with a made-up uid.
    """
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise UnavailableError(
            f"The account with uid {os.geteuid()} has no name, which PostgreSQL needs.",
            next_step="Add it to /etc/passwd, or let the operator name a server of their own.",
        ) from None
