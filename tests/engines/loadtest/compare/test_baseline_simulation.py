"""How often a baseline is wrong about equal targets, and how often it finds a change.

The machine is 5 % faster or slower on another day, which the calibration sees, too. Without it
more than half of all comparisons would find a difference.
"""

from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np

from server.engines.loadtest.compare.baseline import Recording, against_baseline
from server.engines.loadtest.compare.verdict import Verdict
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.measurement import Measurement
from tests.engines.loadtest.compare.test_baseline import HERE

TRIALS = 60


def day(dice: np.random.Generator, target_us: float) -> Recording:
    machine = float(dice.lognormal(0, 0.05))
    return Recording(
        tuple(segment(dice, target_us * machine, 0.5) for _ in range(8)),
        tuple(segment(dice, 200 * machine, 0.2) for _ in range(5)),
        HERE,
    )


def segment(dice: np.random.Generator, median_us: float, spread: float) -> Measurement:
    shifted = median_us * dice.lognormal(0, 0.02)
    latencies = dice.lognormal(np.log(shifted), spread, 400).astype(np.int64)
    counted = Histogram.of(latencies)
    return Measurement(counted, counted, 0, float(latencies.sum()) / 1e6)


@cache
def verdicts(change: float) -> Counter[Verdict]:
    dice = np.random.default_rng(int(change * 100))
    return Counter(
        against_baseline(day(dice, 10_000), day(dice, 10_000 * (1 + change))).verdict
        for _ in range(TRIALS)
    )


def test_equal_targets_raise_at_most_6_of_100_false_alarms() -> None:
    called = verdicts(0)

    alarms = TRIALS - called[Verdict.NO_DIFFERENCE] - called[Verdict.TOO_NOISY]
    assert alarms / TRIALS <= 0.06


def test_a_target_that_takes_half_as_long_again_is_called_slower() -> None:
    called = verdicts(0.5)

    assert called[Verdict.SLOWER] / TRIALS > 0.9
    assert called[Verdict.FASTER] == 0


def test_a_calibration_of_one_rate_tells_of_throughput_by_its_median() -> None:
    dice = np.random.default_rng(1)
    then, now = day(dice, 10_000), day(dice, 10_000)
    slower = replace(
        now,
        segments=tuple(segment(dice, 15_000, 0.5) for _ in range(8)),
        calibration=tuple(
            replace(segment(dice, 300, 0.2), seconds=then.calibration[0].seconds) for _ in range(5)
        ),
    )

    throughput = against_baseline(then, slower).findings[-1]

    assert throughput.metric == "throughput"
    assert throughput.verdict in {Verdict.NO_DIFFERENCE, Verdict.TOO_NOISY}
