"""Trying things out in a database without leaving a trace."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from server.engines.postgres.session import Isolation, Session


class UndoError(Exception):
    """Ends a transaction that was only a try."""


@asynccontextmanager
async def undone(session: Session) -> AsyncGenerator[None, None]:
    """Take back all that the block does, roles included."""
    with suppress(UndoError):
        async with session.transaction(isolation=Isolation.REPEATABLE_READ):
            yield  # ruff: ignore[fallible-context-manager] - what fails is undone as well
            raise UndoError
