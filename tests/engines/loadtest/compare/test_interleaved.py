import numpy as np
import pytest

from server.engines.loadtest.compare.interleaved import Side, compare, turns
from server.engines.loadtest.compare.verdict import Comparison, Verdict
from server.engines.loadtest.measurement import Measurement
from server.errors import InvalidInputError
from tests.engines.loadtest.compare.sides import segment


def run(
    first_us: float, second_us: float, *, pairs: int = 10, requests: int = 400
) -> list[Measurement]:
    dice = np.random.default_rng(3)
    median = {Side.FIRST: first_us, Side.SECOND: second_us}
    return [segment(dice, median[side], requests=requests) for side in turns(pairs)]


def verdicts(comparison: Comparison) -> dict[str, Verdict]:
    return {finding.metric: finding.verdict for finding in comparison.findings}


def test_a_steady_drift_falls_on_both_sides_alike() -> None:
    order = turns(10)

    places = {side: [at for at, each in enumerate(order) if each is side] for side in Side}
    assert sum(places[Side.FIRST]) == sum(places[Side.SECOND])
    assert order[:4] == (Side.FIRST, Side.SECOND, Side.SECOND, Side.FIRST)


def test_a_side_that_takes_longer_is_slower_in_every_figure() -> None:
    comparison = compare(run(10_000, 13_000))

    assert comparison.verdict is Verdict.SLOWER
    assert set(verdicts(comparison).values()) == {Verdict.SLOWER}
    assert [each.metric for each in comparison.findings] == ["p50", "p95", "p99", "throughput"]


def test_a_side_that_takes_less_time_is_faster() -> None:
    comparison = compare(run(13_000, 10_000))

    assert (comparison.verdict, comparison.cautions) == (Verdict.FASTER, ())
    assert comparison.findings[0].interval.low < 10 / 13 < comparison.findings[0].interval.high


def test_equal_sides_show_no_difference_and_what_would_have_been_found() -> None:
    comparison = compare(run(10_000, 10_000, requests=2_000))

    assert comparison.verdict is Verdict.NO_DIFFERENCE
    assert all(each.smallest_shown < 0.25 for each in comparison.findings)


def test_a_sure_difference_that_is_too_small_to_matter_is_none() -> None:
    comparison = compare(run(10_000, 10_300, pairs=40, requests=4_000))

    assert verdicts(comparison)["p50"] is Verdict.NO_DIFFERENCE
    assert comparison.findings[0].probability < 0.05
    assert "below the 5 % that matter" in comparison.findings[0].reason


def test_sides_that_jump_about_are_too_noisy_to_tell() -> None:
    dice = np.random.default_rng(4)
    segments = [segment(dice, 10_000 * dice.lognormal(0, 0.6)) for _ in turns(6)]

    comparison = compare(segments)

    assert comparison.verdict is Verdict.TOO_NOISY
    assert "would have been found" in comparison.findings[0].reason


def test_a_pair_with_a_void_segment_is_left_out_and_told() -> None:
    segments = run(10_000, 13_000)
    segments[4] = Measurement(segments[4].latencies, segments[4].good, 0, 1, "lag")

    comparison = compare(segments)

    assert comparison.verdict is Verdict.SLOWER
    assert "1 of 10 were left out" in comparison.cautions[0]


def test_too_many_void_segments_void_everything() -> None:
    segments = run(10_000, 13_000, pairs=6)
    segments[0] = Measurement(segments[0].latencies, segments[0].good, 0, 1, "lag")

    comparison = compare(segments)

    assert (comparison.verdict, comparison.findings) == (Verdict.VOID, ())


def test_a_percentile_with_too_few_requests_behind_it_is_not_compared() -> None:
    comparison = compare(run(10_000, 13_000, requests=50))

    assert [each.metric for each in comparison.findings] == ["p50", "p95", "throughput"]
    assert "p99 was not compared" in comparison.cautions[0]


def test_fast_failures_are_told() -> None:
    dice = np.random.default_rng(3)
    failing = {Side.FIRST: 0.0, Side.SECOND: 0.2}

    comparison = compare([segment(dice, 10_000, failing=failing[side]) for side in turns(6)])

    assert "the first side failed 0 % of its requests, the second 20 %" in comparison.cautions[-1]


def test_too_few_pairs_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="5 pairs"):
        turns(5)
