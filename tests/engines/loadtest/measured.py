"""Measurements of given latencies, for tests."""

from collections.abc import Iterable

import numpy as np

from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.measurement import Measurement


def histogram(latencies_us: Iterable[int]) -> Histogram:
    return Histogram.of(np.array(list(latencies_us), np.int64))


def measured(
    good_us: Iterable[int],
    bad_us: Iterable[int] = (),
    *,
    unanswered: int = 0,
    seconds: float = 10,
    void: str = "",
) -> Measurement:
    good, bad = histogram(good_us), histogram(bad_us)
    return Measurement(good.merge(bad), good, bad.count + unanswered, seconds, void)
