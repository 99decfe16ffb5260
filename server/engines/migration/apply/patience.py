"""How long a statement waits for a lock, and how often the whole transaction is tried."""

from collections.abc import Callable
from dataclasses import dataclass

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"
RETRIED = frozenset((LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED))

_FIRST_PAUSE = 1.0  # seconds
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The limits of one run; `chance` gives numbers from 0 to 1 for the jitter."""

    chance: Callable[[], float]
    lock_timeout_ms: int = 3_000
    attempts: int = 5
    first_pause: float = _FIRST_PAUSE

    def pause(self, attempt: int) -> float:
        """Return the seconds before the next attempt, `attempt` counting from 1.

        It doubles each time, and half of it is chance, so that two that met do not meet again.
        """
        longest = min(self.first_pause * 2 ** (attempt - 1), _LONGEST_PAUSE)
        return longest * (0.5 + 0.5 * self.chance())
