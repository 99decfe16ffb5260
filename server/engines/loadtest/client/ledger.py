"""The books of a run: every request taken up is answered, failed or canceled, and none is lost."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic_ns
from typing import Final

from server.engines.loadtest.failure import WAITED, Failure
from server.engines.loadtest.plan import Plan, right_statuses

STATUS_BITS: Final = 10
"""An outcome is the target's place shifted by so much, and the status; 0 for no answer."""
_EXAMPLES: Final = 3
_LONGEST_EXAMPLE: Final = 400  # characters
_LONGEST_VALUE: Final = 1_000  # characters of a header that are kept
_MOST_TOLD: Final = 12  # headers of one answer
_TELLING: Final = ("ratelimit", "x-ratelimit", "x-rate-limit", "retry-after", "date")

TimedAnswer = tuple[int, int, int, int, tuple[tuple[str, str], ...]]
"""When it was due, sent and answered (monotonic nanoseconds), its status, telling headers."""


def _times() -> "array[int]":
    return array("q")


@dataclass(slots=True)
class Ledger:
    """Nanoseconds of what was answered since the last reading, and counts of everything.

    A request is named by the place of its message among all messages of the plan; `due` and
    `sent` are nanoseconds of the monotonic clock.
    """

    targets: list[int]
    """The target of each message."""
    right: list[dict[int, int]]
    """The statuses that each message should be answered with, and the outcome of each."""
    records: bool = False
    response: "array[int]" = field(default_factory=_times)
    service: "array[int]" = field(default_factory=_times)
    outcome: "array[int]" = field(default_factory=_times)
    lag: "array[int]" = field(default_factory=_times)
    connecting: "array[int]" = field(default_factory=_times)
    failures: Counter[tuple[int, Failure]] = field(default_factory=Counter[tuple[int, Failure]])
    examples: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    answers: list[TimedAnswer] = field(default_factory=list[TimedAnswer])
    canceled: int = 0
    sent_bytes: int = 0
    received_bytes: int = 0
    lost: int = 0
    """Requests that failed at once, since the start."""
    closed: int = 0
    """Requests that had ended before the last reading."""

    @property
    def ended(self) -> int:
        """How many requests have ended since the start."""
        return self.closed + len(self.outcome) + self.lost

    def answered(self, request: int, response: int, service: int, status: int) -> bool:
        """Record an answer that arrived whole, and its times in nanoseconds.

        Returns whether that is all of it; else its status is wrong, or its headers are kept.
        """
        self.response.append(response)
        self.service.append(service)
        outcome = self.right[request].get(status)
        if outcome is None or self.records:
            self.outcome.append(_outcome(self.targets[request], status))
            return False
        self.outcome.append(outcome)
        return True

    def failed(self, request: int, due: int, failure: Failure, detail: str) -> None:
        """Record a request without an answer; one that waited counts with the time it waited."""
        target = self.targets[request]
        self.failures[target, failure] += 1
        if failure in WAITED:
            self.response.append(monotonic_ns() - due)
            self.outcome.append(_outcome(target, 0))
        else:
            self.lost += 1
        self.example(failure, detail)

    def example(self, label: str, detail: str) -> None:
        """Keep the first details under a label."""
        kept = self.examples.setdefault(label, [])
        if detail and len(kept) < _EXAMPLES:
            kept.append(detail[:_LONGEST_EXAMPLE])

    def record(self, due: int, sent: int, status: int, headers: Iterable[tuple[str, str]]) -> None:
        """Keep what one answer says about rate limits; the names are in lower case."""
        telling = (each for each in headers if each[0].startswith(_TELLING))
        told = tuple((name, value[:_LONGEST_VALUE]) for name, value in islice(telling, _MOST_TOLD))
        self.answers.append((due, sent, monotonic_ns(), status, told))

    def begin_page(self) -> None:
        """Count from nothing again; what was handed out is left as it is."""
        self.failures, self.examples, self.answers = Counter(), {}, []
        self.canceled = self.sent_bytes = self.received_bytes = 0


def opened(plan: Plan) -> Ledger:
    """Return empty books for a plan."""
    targets = [place for place, target in enumerate(plan.targets) for _ in target.messages]
    right = [
        {status: _outcome(place, status) for status in right_statuses(target)}
        for place, target in enumerate(plan.targets)
    ]
    return Ledger(targets, [right[place] for place in targets], records=plan.records_headers)


def _outcome(target: int, status: int) -> int:
    return target << STATUS_BITS | status
