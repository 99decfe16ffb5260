"""What a server says against a statement or a session, and what it remarks: in our words."""

import os
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

import asyncpg

from server.errors import UnavailableError

CONNECT_SECONDS = 15


class StatementError(Exception):
    """The server refused a statement; `position` counts characters of the text sent, from 1."""

    def __init__(self, refusal: asyncpg.PostgresError) -> None:
        """Keep the server's own words, and none of the driver's."""
        self.message = refusal.message or str(refusal)
        self.sqlstate: str = refusal.sqlstate
        self.position = int(refusal.position) if refusal.position else None
        self.detail = refusal.detail or ""
        self.hint = refusal.hint or ""
        self.context = refusal.context or ""
        super().__init__(f"{self.message} ({self.sqlstate})")


@dataclass(frozen=True, slots=True)
class Notice:
    """What the server remarked while it worked."""

    severity: str
    message: str
    sqlstate: str
    detail: str = ""
    hint: str = ""


def as_notice(message: asyncpg.PostgresLogMessage) -> Notice:
    """Keep what the server remarked, and none of the driver."""
    return Notice(
        severity=message.severity_en or message.severity or "",
        message=message.message,
        sqlstate=message.sqlstate,
        detail=message.detail or "",
        hint=message.hint or "",
    )


def gone(reason: str) -> UnavailableError:
    """Return the error for a session that the server or the network ended."""
    return UnavailableError(
        f"The PostgreSQL server ended the session: {reason}.", next_step="Make the call again."
    )


@contextmanager
def connecting() -> Generator[None, None, None]:
    """Say why there is no session, in words that hold neither address nor password."""
    try:
        yield
    except asyncpg.PostgresError as error:
        reason = f"{error.message} ({error.sqlstate})"
    except TimeoutError:
        reason = f"no answer within {CONNECT_SECONDS} s"
    except OSError as error:
        reason = _without_address(error)
    except (asyncpg.InterfaceError, ValueError):
        # Both quote the URL, or the piece of it that they stumbled on.
        reason = "the address is not a valid postgresql:// URL, or its TLS settings are wrong"
    else:
        return
    raise UnavailableError(f"No session with the PostgreSQL server: {reason}.")


def _without_address(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "its host is not known"
    return os.strerror(error.errno) if error.errno else "nothing answers there"
