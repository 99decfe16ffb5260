"""Is a stated waiting time true? Found out by one request at the stated moment, and by no other.

The load must have stopped: another request would take what the probe came for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from server.engines.loadtest.frame import Answer
from server.engines.loadtest.rate_limit.headers import claims
from server.engines.loadtest.rate_limit.sequence import is_denied

_LATEST = 1.0  # seconds after its moment until which a probe that passed says something
_LATE_SHARE = 0.1  # of a long waiting time, likewise


@dataclass(frozen=True, slots=True)
class Probe:
    """When to send one request, in seconds from the start, and the claim that it tests."""

    at: float
    header: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Probed:
    """A probe, the moment at which it was really sent, and whether it was let through."""

    probe: Probe
    sent: float
    is_accepted: bool

    @property
    def is_valid(self) -> bool:
        """Whether its answer says something: too early says nothing, and too late only a denial."""
        probe = self.probe
        latest = probe.at + max(_LATEST, _LATE_SHARE * probe.seconds)
        return self.sent >= probe.at and (not self.is_accepted or self.sent <= latest)


def next_probe(answers: Iterable[Answer], *, started_at: float) -> Probe | None:
    """Return the probe of the last denial that states a waiting time; None when none does.

    It counts from when the answer arrived, as a caller would count. `Retry-After` goes before a
    reset, which may speak of the whole quota and not of the next request.
    """
    denials = sorted(filter(is_denied, answers), key=lambda answer: answer.answered)
    for answer in reversed(denials):
        told = claims(answer, started_at=started_at)
        if told.retry_after is not None:
            return Probe(answer.answered + told.retry_after, "Retry-After", told.retry_after)
        if told.reset is not None:
            return Probe(answer.answered + told.reset, "the stated reset", told.reset)
    return None
