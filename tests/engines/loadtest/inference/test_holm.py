import pytest

from server.engines.loadtest.inference.holm import holm


def test_the_smallest_pays_for_all_and_the_rest_for_those_left() -> None:
    assert holm((0.01, 0.04, 0.03, 0.005)) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_nothing_exceeds_certainty() -> None:
    assert holm((0.6, 0.9)) == (1, 1)


def test_one_question_costs_nothing() -> None:
    assert holm((0.04,)) == (0.04,)
