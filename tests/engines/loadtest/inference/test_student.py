import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.loadtest.inference.student import student_quantile, student_tail


# NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, but for its 318.313: the closed form
# for one degree of freedom, tan(0.499 pi), is 318.309.
@pytest.mark.parametrize(
    ("freedom", "quantiles"),
    [
        (1, (3.078, 6.314, 12.706, 31.821, 63.657, 318.309)),
        (2, (1.886, 2.920, 4.303, 6.965, 9.925, 22.327)),
        (5, (1.476, 2.015, 2.571, 3.365, 4.032, 5.893)),
        (9, (1.383, 1.833, 2.262, 2.821, 3.250, 4.297)),
        (19, (1.328, 1.729, 2.093, 2.539, 2.861, 3.579)),
        (100, (1.290, 1.660, 1.984, 2.364, 2.626, 3.174)),
    ],
)
def test_quantiles_are_those_of_the_table(freedom: int, quantiles: tuple[float, ...]) -> None:
    shares = (0.90, 0.95, 0.975, 0.99, 0.995, 0.999)

    assert [student_quantile(each, freedom) for each in shares] == pytest.approx(
        quantiles, abs=6e-4
    )


def test_many_degrees_of_freedom_are_the_normal_distribution() -> None:
    assert student_quantile(0.975, 1e7) == pytest.approx(1.959964, abs=1e-5)


def test_one_degree_of_freedom_is_the_cauchy_distribution() -> None:
    assert student_tail(3, 1) == pytest.approx(1 - 2 * math.atan(3) / math.pi)


def test_two_degrees_of_freedom_have_a_closed_form() -> None:
    assert student_tail(1.5, 2) == pytest.approx(1 - 1.5 / math.sqrt(2 + 1.5**2))


@given(st.floats(0.01, 0.99), st.floats(1, 200))
def test_the_tail_of_a_quantile_is_its_share(share: float, freedom: float) -> None:
    t = student_quantile(share, freedom)

    assert student_tail(t, freedom) == pytest.approx(2 * min(share, 1 - share), rel=1e-6)


def test_nothing_lies_beyond_infinity() -> None:
    assert student_tail(math.inf, 5) == 0
