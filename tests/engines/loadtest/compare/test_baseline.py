from dataclasses import replace

import numpy as np
import pytest

from server.engines.loadtest.compare.baseline import LABEL, Recording, against_baseline
from server.engines.loadtest.compare.environment import Environment
from server.engines.loadtest.compare.verdict import Verdict
from server.errors import InvalidInputError
from tests.engines.loadtest.compare.sides import segment

HERE = Environment("EPYC 9654", 2, 0.2, "Linux 6.18", "3.11.7", "0.1.0", "abc1234")


def recording(
    target_us: float, echo_us: float = 100, *, segments: int = 8, seed: int = 0
) -> Recording:
    dice = np.random.default_rng(seed)
    return Recording(
        tuple(segment(dice, target_us) for _ in range(segments)),
        tuple(segment(dice, echo_us) for _ in range(3)),
        HERE,
    )


def test_a_run_that_takes_longer_than_its_baseline_is_slower() -> None:
    comparison = against_baseline(recording(10_000), recording(15_000, seed=1))

    assert (comparison.verdict, comparison.label) == (Verdict.SLOWER, LABEL)
    assert comparison.cautions == ()


def test_what_the_machine_itself_changed_by_is_no_change_of_the_target() -> None:
    comparison = against_baseline(recording(10_000), recording(15_000, 150, seed=1))

    assert comparison.verdict in {Verdict.TOO_NOISY, Verdict.NO_DIFFERENCE}


def test_what_differs_between_the_machines_is_listed() -> None:
    elsewhere = replace(HERE, cpu="Xeon", load_average=3.0, commit="def5678")
    now = replace(recording(10_000, seed=1), environment=elsewhere)

    assert against_baseline(recording(10_000), now).cautions == (
        "cpu: 'EPYC 9654' then, 'Xeon' now",
        "commit: 'abc1234' then, 'def5678' now",
        "load average: 0.2 then, 3.0 now",
    )


def test_few_segments_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="The baseline has 4 whole seconds"):
        against_baseline(recording(10_000, segments=4), recording(10_000))


def test_a_recording_without_calibration_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="This run has no usable calibration"):
        against_baseline(recording(10_000), replace(recording(10_000), calibration=()))


def test_void_segments_are_left_out_until_too_few_remain() -> None:
    whole = recording(10_000, segments=5)
    void = replace(whole, segments=(*whole.segments[:4], replace(whole.segments[4], void="lag")))

    comparison = against_baseline(whole, void)

    assert comparison.verdict is Verdict.VOID
    assert "1 of 10 were left out" in comparison.cautions[0]
