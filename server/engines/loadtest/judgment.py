"""What became of one goal that a caller set."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from server.engines.loadtest.measurement import Measurement


class Status(StrEnum):
    """How a goal came out; only a pass is a pass."""

    PASSED = "pass"
    FAILED = "fail"
    INSUFFICIENT = "insufficient"
    """Too few requests to tell."""
    VOID = "void"
    """The generator was the limit, so the figures say nothing about the target."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """The goal as it was written, how it came out, and the figure that decided."""

    goal: str
    status: Status
    measured: str
    reason: str = ""


def unfinished(run: "Measurement") -> str:
    """Say why a goal that what was answered reaches is not reached for sure."""
    return (
        f"{run.untimed:,} requests were canceled or failed before an answer, and with them it "
        "could be missed"
    )


class Goal(Protocol):
    """Something that a run must reach."""

    def judge(self, run: "Measurement") -> Judgment:
        """Hold a run against the goal."""
        ...
