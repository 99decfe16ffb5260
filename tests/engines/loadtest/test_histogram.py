import math
from decimal import Decimal

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from server.engines.loadtest.buckets import BUCKETS, TOP_US
from server.engines.loadtest.histogram import Histogram, Recorder

steady = settings(deadline=None, max_examples=30)

# Every power of two and its neighbors, where an index is most easily wrong, and all between.
edges = st.integers(0, 31).flatmap(lambda power: st.sampled_from([2**power - 1, 2**power]))
latencies = st.one_of(st.integers(0, TOP_US), st.integers(0, 5000), edges)
samples = st.lists(latencies, min_size=1, max_size=80)
percents = st.decimals(0, 100, places=3)


def array(*values: int) -> NDArray[np.int64]:
    return np.array(values, np.int64)


def package(values: list[int]) -> HdrHistogram:
    histogram = HdrHistogram(1, TOP_US, 3)
    for value in values:
        histogram.record_value(value)
    return histogram


@given(samples)
@steady
def test_every_bucket_counts_what_the_package_counts(values: list[int]) -> None:
    assert Histogram.of(array(*values)).counts.tolist() == list(package(values).counts)


@given(samples)
@steady
def test_summaries_equal_those_of_the_package(values: list[int]) -> None:
    ours, theirs = Histogram.of(array(*values)), package(values)

    assert (ours.count, ours.lowest, ours.highest) == (
        theirs.get_total_count(),
        theirs.get_min_value(),
        theirs.get_max_value(),
    )
    assert ours.mean == pytest.approx(theirs.get_mean_value())


@given(samples, percents)
@steady
def test_a_percentile_is_the_value_of_the_exact_rank(values: list[int], percent: Decimal) -> None:
    rank = max(1, math.ceil(percent * len(values) / 100))
    value = sorted(values)[rank - 1]

    reported = Histogram.of(array(*values)).percentile(percent)

    exact = package([value])
    assert reported == (exact.get_max_value() if percent else exact.get_min_value())


@given(samples)
@steady
def test_decoding_gives_back_what_was_encoded(values: list[int]) -> None:
    histogram = Histogram.of(array(*values))

    assert Histogram.decode(histogram.encode()) == histogram


@given(samples)
@steady
def test_the_package_reads_our_text_and_we_read_its(values: list[int]) -> None:
    ours, theirs = Histogram.of(array(*values)), package(values)

    assert list(HdrHistogram.decode(ours.encode().encode()).counts) == ours.counts.tolist()
    assert Histogram.decode(theirs.encode().decode()) == ours


@given(samples, samples)
@steady
def test_merging_is_counting_everything_at_once(some: list[int], others: list[int]) -> None:
    together = Histogram.of(array(*some)).merge(Histogram.of(array(*others)))

    assert together == Histogram.of(array(*some, *others))


@given(samples)
@steady
def test_a_distribution_rises_to_every_value_counted(values: list[int]) -> None:
    histogram = Histogram.of(array(*values))

    points = histogram.distribution()

    assert [point.count for point in points] == sorted({point.count for point in points})
    assert [point.count for point in points] == [
        histogram.count_at_most(point.value_us) for point in points
    ]
    assert (points[0].value_us, points[-1].value_us, points[-1].share) == (
        histogram.percentile(Decimal("0.000001")),
        histogram.highest,
        1,
    )


def test_the_float_that_is_a_hair_too_high_does_not_move_the_rank() -> None:
    histogram = Histogram.of(np.arange(200_000, dtype=np.int64))

    assert histogram.rank(99.9) == histogram.rank(Decimal("99.9")) == 199_800


def test_what_lies_above_the_top_is_counted_at_the_top_and_told() -> None:
    histogram = Histogram.of(array(5, TOP_US, TOP_US + 1, 2**62))

    assert (histogram.count, histogram.clamped) == (4, 2)
    assert histogram.count_at_most(TOP_US - 10_000_000) == 1


def test_merging_adds_up_what_was_clamped() -> None:
    late = Histogram.of(array(2**40))

    assert late.merge(late).clamped == 2


def test_a_negative_latency_spoils_nothing_of_what_was_counted() -> None:
    recorder = Recorder()
    recorder.record(array(1, 2))

    with pytest.raises(ValueError, match="-3 us"):
        recorder.record(array(7, -3))

    assert recorder.histogram() == Histogram.of(array(1, 2))


def test_batches_count_as_one() -> None:
    recorder = Recorder()
    recorder.record(array(4_000_000, 1))
    recorder.record(array())
    recorder.record(array(1))

    assert recorder.histogram() == Histogram.of(array(1, 1, 4_000_000))


def test_taking_starts_again_and_leaves_the_taken_alone() -> None:
    recorder = Recorder()
    recorder.record(array(8))
    taken = recorder.take()
    recorder.record(array(9))

    assert (taken, recorder.histogram()) == (Histogram.of(array(8)), Histogram.of(array(9)))


def test_nothing_can_change_a_histogram() -> None:
    histogram = Histogram.of(array(8))

    with pytest.raises(ValueError, match="read-only"):
        histogram.counts[0] = 1


def test_the_empty_histogram_has_no_percentile() -> None:
    empty = Histogram()

    assert (empty.count, empty.mean, empty.lowest, empty.highest) == (0, 0, 0, 0)
    assert (empty.distribution(), Histogram.decode(empty.encode())) == ((), empty)
    with pytest.raises(ValueError, match="of 0 values"):
        empty.percentile(50)


@pytest.mark.parametrize("percent", [-0.1, 100.1, math.nan])
def test_a_percentile_outside_its_range_is_refused(percent: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 100"):
        Histogram.of(array(1)).percentile(percent)


@pytest.mark.parametrize("counts", [np.zeros(4, np.int64), np.full(BUCKETS, -1, np.int64)])
def test_counts_of_another_shape_are_refused(counts: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match="counts must be"):
        Histogram(counts)
