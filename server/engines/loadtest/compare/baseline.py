"""Segments against those of an earlier day: a weaker answer, and labeled as one.

Nothing was interleaved, so whatever changed in between looks like a change of the target. A fixed
calibration (our own echo, in the generator's process) is measured with both; what it changed by
is added to the uncertainty in both directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from server.engines.loadtest.compare.cautions import failing, left_out, too_few_for
from server.engines.loadtest.compare.effect import Effect
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.metrics import METRICS, Metric, measurable
from server.engines.loadtest.compare.verdict import (
    DEFAULT_RULES,
    Comparison,
    Rules,
    Verdict,
    findings,
    overall,
)
from server.engines.loadtest.measurement import Measurement
from server.errors import InvalidInputError

FEWEST_SEGMENTS = 5
FEWEST_CALIBRATIONS = 3
LABEL = "non-interleaved, against a saved baseline"


@dataclass(frozen=True, slots=True)
class Recording:
    """Segments of a target, segments of the calibration, and where they were measured."""

    segments: tuple[Measurement, ...]
    calibration: tuple[Measurement, ...]
    environment: Environment


def against_baseline(then: Recording, now: Recording, rules: Rules = DEFAULT_RULES) -> Comparison:
    """Compare what was measured now (the second side) with a baseline (the first).

    Raises:
        InvalidInputError: one of them has too few segments, or no calibration.
    """
    for name, recording in (("The baseline", then), ("This run", now)):
        check_recording(name, recording)
    usable = [_usable(recording.segments) for recording in (then, now)]
    total = len(then.segments) + len(now.segments)
    notes = left_out(total, sum(map(len, usable)))
    if min(map(len, usable)) < FEWEST_SEGMENTS:
        return Comparison(Verdict.VOID, (), LABEL, notes)
    metrics, missing = measurable((*usable[0], *usable[1]))
    effects = {
        metric: _effect(metric, usable, drift=_drift(metric, then, now)) for metric in metrics
    }
    found = findings(effects, rules)
    notes = (*notes, *too_few_for(missing), *failing(*usable))
    differences = then.environment.differences(now.environment)
    return Comparison(overall(found), found, LABEL, (*notes, *differences))


def check_recording(name: str, recording: Recording) -> None:
    """Refuse what nothing can be compared with.

    Raises:
        InvalidInputError: it has too few segments, or no calibration.
    """
    if len(recording.segments) < FEWEST_SEGMENTS:
        raise InvalidInputError(
            f"{name} has {len(recording.segments)} whole seconds, too few to compare.",
            next_step=f"Measure at least {FEWEST_SEGMENTS + 1} s.",
        )
    if len(_usable(recording.calibration)) < FEWEST_CALIBRATIONS:
        raise InvalidInputError(
            f"{name} has no usable calibration, so the machine's own drift is unknown.",
            next_step=f"Measure it again, with at least {FEWEST_CALIBRATIONS} segments of it.",
        )


def _usable(segments: Sequence[Measurement]) -> list[Measurement]:
    return [each for each in segments if not each.void and each.ok]


def _effect(metric: Metric, sides: Sequence[Sequence[Measurement]], *, drift: float) -> Effect:
    before, after = ([log(metric.value(segment)) for segment in side] for side in sides)
    return Effect.of_groups(before, after, drift=drift)


def _drift(metric: Metric, then: Recording, now: Recording) -> float:
    """Return how far the calibration moved, as the logarithm of a ratio, and its standard error.

    The calibration is offered at a fixed rate, so that a machine's drift is not in its throughput:
    there its median stands for it.
    """
    figure = METRICS[0] if metric.more_is_faster else metric
    before, after = (
        [log(figure.value(segment)) for segment in _usable(each.calibration)]
        for each in (then, now)
    )
    moved = Effect.of_groups(before, after, drift=0.0)
    return abs(moved.log_ratio) + moved.error
