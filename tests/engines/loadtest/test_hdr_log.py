from pathlib import Path

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from server.engines.loadtest.buckets import TOP_US
from server.engines.loadtest.hdr_log import Interval, to_log
from server.engines.loadtest.histogram import Histogram


def latencies(*values: int) -> Histogram:
    return Histogram.of(np.array(values, np.int64))


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_reader_of_the_package_finds_each_series_by_its_tag(tmp_path: Path) -> None:
    log = tmp_path / "run.hlog"
    log.write_text(
        to_log(
            [
                Interval("response", 1, 2, latencies(8)),
                Interval("service", 0, 1, latencies(5)),
                Interval("response", 0, 1, latencies(5, 7)),
            ],
            started_at=1_700_000_000.25,
        )
    )

    reader = HistogramLogReader(str(log), HdrHistogram(1, TOP_US, 3))
    read = [reader.get_next_interval_histogram() for _ in range(4)]
    reader.close()

    assert [each and (each.get_tag(), each.get_total_count()) for each in read] == [
        ("response", 2),
        ("service", 1),
        ("response", 1),
        None,
    ]
    assert reader.get_start_time_sec() == pytest.approx(1_700_000_000.25, abs=1e-6)


@pytest.mark.parametrize("tag", ["", "a,b", "a\nb", "x" * 65])
def test_a_tag_that_would_break_the_line_is_refused(tag: str) -> None:
    with pytest.raises(ValueError, match="a tag is of"):
        Interval(tag, 0, 1, Histogram())


def test_the_greatest_value_is_in_milliseconds() -> None:
    log = to_log([Interval("response", 0, 1, latencies(2_500))], started_at=0)

    assert log.splitlines()[-1].startswith("Tag=response,0.000,1.000,2.501,HISTF")
