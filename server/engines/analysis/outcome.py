"""Whether a check ran, over how many objects, and what it found."""

from dataclasses import dataclass
from enum import StrEnum

from server.engines.analysis.finding import Finding


class Status(StrEnum):
    """What became of a check."""

    RAN = "ran"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check's result: `examined` objects of the kind `population`, or why it did not run."""

    check: str
    status: Status
    population: str
    examined: int = 0
    findings: tuple[Finding, ...] = ()
    reason: str = ""
