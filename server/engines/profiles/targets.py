"""The targets a recommendation states: what the caller gave, else what the profile keeps."""

from dataclasses import dataclass

from server.engines.profiles.answers import Answers
from server.engines.profiles.profile import Thresholds
from server.engines.profiles.quantities import Availability, Duration


@dataclass(frozen=True, slots=True)
class Targets:
    """Latency in ms, availability over 30 days, most data loss and longest recovery.

    `assumed` names those that nobody stated: the profile's own values stand in for them.
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    slo: Availability
    rpo: Duration
    rto: Duration
    assumed: tuple[str, ...]


def targets(answers: Answers, floor: Thresholds) -> Targets:
    """Take the stated objectives, and the profile's where there are none."""
    stated = answers.reliability
    return Targets(
        p50_ms=floor.p50_ms,
        p95_ms=floor.p95_ms,
        p99_ms=floor.p99_ms,
        slo=stated.slo or Availability(floor.slo_percent),
        rpo=stated.rpo or Duration(floor.rpo_minutes * 60),
        rto=stated.rto or Duration(floor.rto_minutes * 60),
        assumed=tuple(name for name in ("slo", "rpo", "rto") if getattr(stated, name) is None),
    )
