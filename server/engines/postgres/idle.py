"""Sessions that stay open between two errands, because opening one costs more than most of them."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from server.engines.postgres.session import Session

_Connect = Callable[[], Awaitable[Session]]
_MOST = 4


class IdleSessions:
    """Sessions that are all alike; whoever borrows one is alone with it, and sets nothing in it."""

    def __init__(self) -> None:
        """Hold none yet."""
        self._sessions: list[Session] = []
        self._is_closed = False

    @asynccontextmanager
    async def lent(self, connect: _Connect) -> AsyncGenerator[Session, None]:
        """Lend one, opened with `connect` where none is idle; closed if the block raises."""
        session = self._taken() or await connect()
        is_sound = False
        try:
            yield session
            is_sound = session.is_open
        finally:
            if is_sound and not self._is_closed and len(self._sessions) < _MOST:
                self._sessions.append(session)
            else:
                await session.close()

    def close(self) -> None:
        """Hang up all that are idle, and keep no more."""
        self._is_closed = True
        while self._sessions:
            self._sessions.pop().hang_up()

    def _taken(self) -> Session | None:
        while self._sessions:
            if (session := self._sessions.pop()).is_open:
                return session
        return None
