"""How often the comparison is wrong between equal sides, and how often it finds a change.

The machine drifts by 5 % from segment to segment, and is a third slower in spells that outlast
several segments: what request-level tests call a difference in a third of all comparisons.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from server.engines.loadtest.compare.effect import Effect
from server.engines.loadtest.compare.interleaved import Side, turns
from server.engines.loadtest.compare.metrics import METRICS
from server.engines.loadtest.compare.verdict import Verdict, findings, overall

TRIALS = 600
REQUESTS = 1_000
RANKS = (499, 949, 989)

Ratios = NDArray[np.float64]


@cache
def simulated(pairs: int) -> Ratios:
    """Log ratios by trial, pair and metric of a second side that equals the first."""
    dice = np.random.default_rng(pairs)
    order = np.array([side is Side.SECOND for side in turns(pairs)])
    figures = np.stack([_figures(dice, len(order)) for _ in range(TRIALS)])
    seconds, firsts = figures[:, order], figures[:, ~order]
    return seconds - firsts


def _figures(dice: np.random.Generator, segments: int) -> Ratios:
    latencies = dice.standard_normal((segments, REQUESTS), np.float32) * np.float32(0.5)
    chosen = np.partition(latencies, RANKS, axis=1)[:, RANKS]
    throughput = -np.log(np.exp(latencies).mean(axis=1))
    machine = _machine(dice, segments)
    return np.column_stack([chosen + machine[:, None], throughput - machine])


def _machine(dice: np.random.Generator, segments: int) -> Ratios:
    """Return what the machine does to each segment: independent drift, and slow spells."""
    starts = dice.random(segments) < 0.02
    slow = np.convolve(starts, np.ones(8))[:segments] > 0
    return dice.normal(0, 0.05, segments) + np.where(slow, np.log(1.3), 0)


def probabilities(pairs: int, change: float) -> list[float]:
    """P-values of the p99 in each trial, the second side slower by `change`."""
    p99 = simulated(pairs)[:, :, 2] + np.log1p(change)
    return [Effect.of_pairs(trial).probability for trial in p99.tolist()]


def verdicts(pairs: int, change: float) -> list[Verdict]:
    shifted = simulated(pairs) + np.log1p(change) * np.array([1, 1, 1, -1])
    return [_verdict(trial) for trial in shifted]


def _verdict(trial: Ratios) -> Verdict:
    columns: Sequence[Sequence[float]] = trial.T.tolist()
    effects = map(Effect.of_pairs, columns)
    return overall(findings(dict(zip(METRICS, effects, strict=True))))


@pytest.mark.parametrize("pairs", [6, 10, 20])
def test_equal_sides_raise_at_most_6_of_100_false_alarms(pairs: int) -> None:
    alarms = sum(each < 0.05 for each in probabilities(pairs, 0))

    assert 0.02 < alarms / TRIALS <= 0.06


@pytest.mark.parametrize("pairs", [6, 10, 20])
def test_all_metrics_together_raise_no_more_false_alarms_than_one(pairs: int) -> None:
    decided = {Verdict.FASTER, Verdict.SLOWER, Verdict.MIXED}

    alarms = sum(verdict in decided for verdict in verdicts(pairs, 0))

    assert alarms / TRIALS <= 0.06


@pytest.mark.parametrize(("pairs", "power"), [(6, 0.44), (10, 0.73), (20, 0.97)])
def test_a_tenth_more_p99_is_found_the_more_often_the_more_pairs(pairs: int, power: float) -> None:
    found = sum(each < 0.05 for each in probabilities(pairs, 0.1))

    assert found / TRIALS == pytest.approx(power, abs=0.1)


def test_a_fifth_slower_is_called_slower_and_never_faster() -> None:
    called = verdicts(10, 0.2)

    assert called.count(Verdict.SLOWER) / TRIALS > 0.95
    assert called.count(Verdict.FASTER) + called.count(Verdict.MIXED) == 0
