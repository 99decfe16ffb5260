"""Histograms over time as an `.hlog`: the text that HdrHistogram's log readers and plotters take.

The package's own writer knows no tags and cuts the greatest value down to whole units, so the
lines are written here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.engines.loadtest.histogram import Histogram

_UNITS_PER_MS = 1000  # the greatest value is written in ms, as the readers expect
_TAG = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Interval:
    """What one series (`tag`) counted from `start_s` to `end_s`, in seconds since the start."""

    tag: str
    start_s: float
    end_s: float
    histogram: Histogram

    def __post_init__(self) -> None:
        if not _TAG.fullmatch(self.tag):
            raise ValueError(f"a tag is of letters, digits, '.', '_' and '-', got {self.tag!r}")


def to_log(intervals: Iterable[Interval], *, started_at: float) -> str:
    """Write intervals in the order of their start; `started_at` in seconds since the epoch."""
    ordered = sorted(intervals, key=lambda each: (each.start_s, each.tag))
    return "\n".join(
        (
            "#[Histogram log format version 1.3]",
            f"#[StartTime: {started_at:.3f} (seconds since epoch)]",
            f"#[BaseTime: {started_at:.3f} (seconds since epoch)]",
            '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
            *map(_line, ordered),
            "",
        )
    )


def _line(each: Interval) -> str:
    length = each.end_s - each.start_s
    greatest = each.histogram.highest / _UNITS_PER_MS
    return (
        f"Tag={each.tag},{each.start_s:.3f},{length:.3f},{greatest:.3f},{each.histogram.encode()}"
    )
