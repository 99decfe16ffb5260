"""What a pool needs of a connection, whichever protocol it speaks.

All times are nanoseconds of the monotonic clock. `now` is handed on instead of read again,
because reading the clock is a tenth of what a request costs.
"""

from typing import Protocol


class Line(Protocol):
    """One connection."""

    is_open: bool

    @property
    def is_busy(self) -> bool:
        """Whether a request is in flight."""
        ...

    def send(self, request: int, due: int, now: int) -> None:
        """Write a request `now`; `due` is when it should have been written."""
        ...

    def expire(self, latest: int, detail: str) -> None:
        """Fail what was sent before `latest`, in monotonic nanoseconds."""
        ...

    def cancel(self) -> None:
        """Close; what is in flight counts as canceled."""
        ...


class Owner(Protocol):
    """Who gives connections their requests."""

    def ready(self, line: Line, now: int) -> None:
        """Take a connection that can carry a request `now`; may send one at once."""
        ...

    def lost(self, line: Line) -> None:
        """Take note of a connection that is gone."""
        ...
