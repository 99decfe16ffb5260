"""Segments of simulated targets, for tests."""

import numpy as np

from server.engines.loadtest.measurement import Measurement
from tests.engines.loadtest.measured import measured


def segment(
    dice: np.random.Generator, median_us: float, *, requests: int = 400, failing: float = 0
) -> Measurement:
    latencies = dice.lognormal(np.log(median_us), 0.4, requests).astype(np.int64)
    bad = int(failing * requests)
    return measured(latencies[bad:], latencies[:bad], seconds=float(latencies.mean()) / 1e4)
