"""Waking at a moment of the monotonic clock, more precisely than the event loop's timers."""

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable
from functools import partial
from time import monotonic_ns
from typing import Final, Protocol

_MONOTONIC: Final = 1  # CLOCK_MONOTONIC
_FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC if sys.platform == "linux" else 0
_ABSOLUTE: Final = 1  # TFD_TIMER_ABSTIME
_SECOND: Final = 1_000_000_000
_NEVER: Final = 1 << 62


class Pacer(Protocol):
    """Calls back once for every time it was armed."""

    def arm(self, at: int) -> None:
        """Call back at `at`, or at once if it has passed; replaces an earlier time."""
        ...

    def close(self) -> None:
        """Call back no more."""
        ...


class _Moment(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Timer(ctypes.Structure):
    _fields_ = (("every", _Moment), ("first", _Moment))


class TimerPacer:
    """A timer of the Linux kernel: wakes within microseconds, and does not spin until then."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        """Wake on `loop`.

        Raises:
            OSError: this system gives out no such timer.
        """
        self._loop = loop
        self._wake = wake
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor: int = libc.timerfd_create(_MONOTONIC, _FLAGS)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._is_armed = False
        self._timer = _Timer(_Moment(0, 0), _Moment(0, 0))
        self._first = self._timer.first
        self._set = partial(
            libc.timerfd_settime, self._descriptor, _ABSOLUTE, ctypes.byref(self._timer), None
        )
        loop.add_reader(self._descriptor, self._woken)

    def _woken(self) -> None:
        # Setting the timer anew makes it unreadable, which saves reading it; where nobody set it,
        # it would wake the loop for ever.
        self._is_armed = False
        self._wake()
        if not self._is_armed:
            self.arm(_NEVER)

    def arm(self, at: int) -> None:
        """Call back at `at`, or at once if it has passed; replaces an earlier time."""
        self._is_armed = True
        # A time of zero would disarm it.
        self._first.seconds, self._first.nanoseconds = divmod(at or 1, _SECOND)
        self._set()

    def close(self) -> None:
        """Call back no more."""
        self._is_armed = True
        self._loop.remove_reader(self._descriptor)
        os.close(self._descriptor)


class LoopPacer:
    """The event loop's own timers: a millisecond more or less."""

    def __init__(self, loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
        """Wake on `loop`."""
        self._loop = loop
        self._wake = wake
        self._handle: asyncio.Handle | None = None

    def arm(self, at: int) -> None:
        """Call back at `at`, or at once if it has passed; replaces an earlier time."""
        self.close()
        delay = max(0, at - monotonic_ns()) / _SECOND
        self._handle = self._loop.call_later(delay, self._wake)

    def close(self) -> None:
        """Call back no more."""
        if self._handle is not None:
            self._handle.cancel()


def pacer(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> Pacer:
    """Return the most precise pacer that this system has."""
    if sys.platform == "linux":
        return TimerPacer(loop, wake)
    return LoopPacer(loop, wake)
