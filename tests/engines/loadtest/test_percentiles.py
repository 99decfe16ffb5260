from decimal import Decimal

import numpy as np
import pytest

from server.engines.loadtest.histogram import Histogram
from server.engines.loadtest.percentiles import rows, samples_needed
from tests.engines.loadtest.measured import histogram


@pytest.mark.parametrize(
    ("percent", "needed"),
    [("50", 20), ("90", 100), ("95", 200), ("99", 1_000), ("99.9", 10_000), ("100", 1)],
)
def test_a_percentile_needs_ten_values_beyond_it(percent: str, needed: int) -> None:
    assert samples_needed(Decimal(percent)) == needed


def test_each_row_tells_the_count_behind_it() -> None:
    table = rows(histogram(range(1, 1001)))

    assert [(row.name, row.value_us, row.beyond, row.is_sufficient) for row in table] == [
        ("p50", 500, 500, True),
        ("p75", 750, 250, True),
        ("p90", 900, 100, True),
        ("p95", 950, 50, True),
        ("p99", 990, 10, True),
        ("p99.9", 999, 1, False),
        ("max", 1000, 0, True),
    ]


def test_an_end_of_an_interval_that_so_few_values_cannot_bound_is_open() -> None:
    table = {row.name: row for row in rows(histogram(range(1, 1001)))}

    assert (table["p50"].low_us, table["p50"].high_us) == (469, 532)
    assert (table["p99.9"].low_us, table["p99.9"].high_us) == (997, None)


def test_a_run_without_answers_has_no_percentiles() -> None:
    assert rows(Histogram()) == ()


def test_intervals_hold_the_truth_of_a_known_distribution() -> None:
    dice = np.random.default_rng(11)
    truth = -np.log(0.01) * 10_000
    tables = [
        rows(histogram(dice.exponential(10_000, 2_000).astype(np.int64)), [Decimal(99)])[0]
        for _ in range(400)
    ]

    held = sum((row.low_us or 0) <= truth <= (row.high_us or 1e12) for row in tables)

    # 95 % of 400 and three deviations less.
    assert held >= 367
