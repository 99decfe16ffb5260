"""What the charts of a load test show: no second lost, nothing drawn where nothing is."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from server.engines.loadtest.frame import Frame
from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.plan import ClosedLoad
from server.reports.load_axes import (
    Axis,
    Tick,
    change_axis,
    latency_axis,
    percentile_axis,
    rate_axis,
    time_axis,
)
from server.reports.load_charts import Chart, Curve, Line, forest_chart, hdr_chart, latency_chart
from server.reports.load_drawing import drawn
from server.reports.load_timeline import timeline
from tests.reports.load_pages import RATE, compared_page, run_of

UNIT = Axis(0.0, 1.0, (Tick(0.0, "none"), Tick(1.0, "all")))


def of(*latencies_us: int) -> Histogram:
    return Histogram.of(np.array(latencies_us, np.int64))


def second(at: float, *latencies_us: int, taken: int = 1) -> Frame:
    return Frame(at, at + 1, taken=taken, response=of(*latencies_us))


def chart_of(*lines: Line) -> Chart:
    return Chart("some", "A title", "What is to be seen", UNIT, UNIT, lines)


def test_a_long_run_is_merged_into_stretches_without_losing_a_request() -> None:
    run = run_of([second(float(at), 1_000, taken=7) for at in range(500)])
    stretches = timeline(replace(run, plan=replace(run.plan, load=ClosedLoad(7, 500))))

    assert len(stretches) == 167
    assert sum(each.offered * (each.end - each.start) for each in stretches) == 3_500
    assert all(one.end == other.start for one, other in pairwise(stretches))


def test_what_was_offered_follows_the_plan_and_not_the_answers() -> None:
    stretches = timeline(run_of([second(float(at), 1_000) for at in range(12)]))

    assert [each.offered for each in stretches[:2]] == pytest.approx([210, 230])
    assert [each.offered for each in stretches[10:]] == pytest.approx([RATE, RATE])


def test_segments_that_each_begin_at_nought_follow_one_another() -> None:
    stretches = timeline(run_of([second(float(at % 3), 1_000) for at in range(6)]))

    assert [each.start for each in stretches] == [0, 1, 2, 3, 4, 5]


def test_a_piece_of_a_second_at_the_end_belongs_to_the_second_before() -> None:
    whole = second(0.0, 1_000)
    stretches = timeline(run_of([whole, replace(whole, start=1.0, end=1.02)]))

    assert [(each.start, each.end) for each in stretches] == [(0.0, 1.02)]


def test_a_second_without_an_answer_is_a_gap_and_no_zero() -> None:
    run = run_of([second(0.0, 900), second(1.0, 900), second(2.0), second(3.0, 900)])
    chart = latency_chart(timeline(run))

    assert chart is not None
    assert [y for _, y in chart.lines[0].points] == [900, 900, None, 900]


def test_the_curve_of_an_hdr_plot_ends_at_the_highest_value_of_all() -> None:
    chart = hdr_chart([Curve("first response", "Response", of(*range(1_000, 2_000)))])

    assert chart is not None
    luck, curve = chart.lines
    assert curve.points[0] == (1.0, 1_000)
    assert curve.points[-1] == (1_000, 1_999)
    assert luck.points[0][0] == 100  # the percentile beyond which ten of 1,000 lie
    assert "99 % within 1.99 ms, at most 2 ms" in chart.description


def test_nothing_is_plotted_of_nothing() -> None:
    assert hdr_chart([Curve("first response", "Response", Histogram())]) is None
    assert latency_chart(timeline(run_of([second(0.0)]))) is None
    assert latency_chart(()) is None


def test_a_forest_shows_each_metric_in_order_with_its_interval_in_words() -> None:
    comparison = compared_page().beside.comparison
    assert comparison is not None
    chart = forest_chart(comparison)

    assert chart is not None
    assert [tick.label for tick in chart.y.ticks] == ["throughput", "p99", "p95", "p50"]
    assert chart.description.startswith("p50: -20.0 %, from -24.0 % to -16.0 %; p95")
    assert [line.name for line in chart.lines[-2:]] == ["interval faster", "estimate faster"]


def test_a_drawing_breaks_its_line_at_a_gap_and_marks_a_lone_point() -> None:
    text = drawn(chart_of(Line("some", ((0, 0), (0.5, 1), (0.6, None), (0.8, 1), (0.9, None)))))

    assert text.count("<path") == 2  # one for each screen
    assert text.count("<circle") == 2


def test_a_drawing_escapes_its_words_and_paints_nothing_itself() -> None:
    line = Line("some", ((0, 0), (1, 1)))
    text = drawn(replace(chart_of(line), title="</title><script>", description='"><b>&'))

    assert "<script" not in text
    assert "<b>" not in text
    assert not re.search(r"\b(fill|stroke|style|font-family)=", text)


def test_what_lies_outside_an_axis_stands_at_its_edge() -> None:
    axis = change_axis([0.9, 1.15])

    assert (axis.place(0.0), axis.place(1.0), axis.place(float("inf"))) == pytest.approx(
        (0, 0.5, 1)
    )


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ((3, 3), (2, 5)),
        ((1_000, 1_000), (1_000, 2_000)),
        ((1, 9_000_000), (1, 10_000_000)),
        ((0, 0), (1, 2)),
        ((3_600_000_000,) * 2, (2_000_000_000, 5_000_000_000)),
        ((5_000_000_000,) * 2, (2_000_000_000, 5_000_000_000)),
    ],
)
def test_an_axis_of_latencies_ends_at_round_values_around_them(
    values: tuple[int, ...], ends: tuple[int, int]
) -> None:
    axis = latency_axis(values)

    assert (axis.low, axis.high) == ends
    assert 2 <= len(axis.ticks) <= 10


@pytest.mark.parametrize(
    ("count", "labels"),
    [
        (0, ["0 %", "90 %"]),
        (1, ["0 %", "90 %"]),
        (1_000, ["0 %", "90 %", "99 %", "99.9 %"]),
        (99_999, ["0 %", "90 %", "99 %", "99.9 %", "99.99 %"]),
    ],
)
def test_an_axis_of_percentiles_ends_where_one_value_is_left(count: int, labels: list[str]) -> None:
    assert [tick.label for tick in percentile_axis(count).ticks] == labels


@pytest.mark.parametrize(
    ("seconds", "first", "last"),
    [(3, "0 s", "3 s"), (60, "0 s", "60 s"), (600, "0 min", "10 min"), (86_400, "0 h", "24 h")],
)
def test_an_axis_of_time_counts_in_the_unit_that_suits_it(
    seconds: float, first: str, last: str
) -> None:
    ticks = time_axis(seconds).ticks

    assert (ticks[0].label, ticks[-1].label) == (first, last)
    assert len(ticks) <= 10


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (399, 400), (401, 500), (12_345, 15_000)])
def test_an_axis_of_rates_ends_at_a_round_number(highest: float, top: float) -> None:
    assert rate_axis(highest).high == pytest.approx(top)


def test_a_crowded_axis_is_thinned() -> None:
    axis = time_axis(8)

    assert len(axis.ticks) == 9
    assert [tick.value for tick in axis.with_at_most(5).ticks] == [0, 2, 4, 6, 8]
