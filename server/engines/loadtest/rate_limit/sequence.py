"""What was accepted and what was denied, in the order in which the target decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.frame import Answer

TOO_MANY_REQUESTS = 429
_UNAVAILABLE = 503


def is_denied(answer: Answer) -> bool:
    """Tell whether a limiter answered: 429, or 503 with the advice to come back."""
    if answer.status == _UNAVAILABLE:
        return any(name == "retry-after" for name, _ in answer.headers)
    return answer.status == TOO_MANY_REQUESTS


def decided_at(answer: Answer) -> float:
    """Return when the target decided, in seconds from the start: half way to its answer."""
    return (answer.sent + answer.answered) / 2


@dataclass(frozen=True, slots=True)
class Sequence:
    """Times (ascending, in seconds) and whether each request was accepted.

    The target may have decided `jitter` seconds earlier or later than the times say.
    """

    times: NDArray[np.float64]
    accepted: NDArray[np.bool_]
    jitter: float = 0.0

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "Sequence":
        """Put answers in the order of the decisions."""
        ordered = sorted(answers, key=decided_at)
        jitter = median([(each.answered - each.sent) / 2 for each in ordered] or [0.0])
        times = np.array([decided_at(each) for each in ordered], np.float64)
        accepted = np.array([not is_denied(each) for each in ordered], np.bool_)
        return cls(times, accepted, jitter)

    @property
    def denials(self) -> NDArray[np.int64]:
        """The places of the denied requests."""
        return np.flatnonzero(~self.accepted)

    @property
    def accepted_at_first(self) -> int:
        """How many were accepted before the first was denied; all when none was."""
        denials = self.denials
        return int(denials[0]) if denials.size else self.times.size
