"""The arithmetic, checked by hand, and its formulas with the numbers in them."""

import pytest

from server.engines.profiles.answers import Answers
from server.engines.profiles.capacity import Figure
from server.engines.profiles.library import Library
from server.engines.profiles.recommendation import recommend


def figures(leaves: dict[str, object], library: Library) -> dict[str, Figure]:
    found = recommend(Answers.from_leaves(leaves), library.profiles)
    return {figure.name: figure for figure in found.capacity}


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("reads", 800, "req/s"),
        ("writes", 200, "req/s"),
        # 1,000/s x (0.5 x 80 + 0.45 x 250 + 0.05 x 600) ms = 1,000/s x 182.5 ms
        ("concurrency", 182.5, "requests in flight"),
        # 182.5 / (60 x 0.7) = 4.35
        ("instances", 5, "instances"),
        # 1,000/s x 15 ms / 0.7 = 21.4
        ("pool size", 22, "connections in all"),
        ("pool size of one instance", 5, "connections"),
        ("error budget", 43.2, "min in 30 d"),
        ("WAL archiving, every", 7.5, "min"),
    ],
)
def test_a_figure_follows_from_the_numbers_given(
    built_in: Library, leaves: dict[str, object], name: str, value: float, unit: str
) -> None:
    figure = figures(leaves | {"p99_qps": 1000}, built_in)[name]

    assert (figure.value, figure.unit) == (value, unit)


def test_a_formula_holds_the_numbers_and_names_its_source(
    built_in: Library, leaves: dict[str, object]
) -> None:
    figure = figures(leaves, built_in)["concurrency"]

    assert figure.formula.startswith("L = λ W = 250 req/s x 182.5 ms")
    assert figure.source == "Little, A Proof for the Queuing Formula: L = λW, 1961"


def test_the_smallest_system_still_has_two_instances(
    built_in: Library, leaves: dict[str, object]
) -> None:
    small = figures(leaves | {"p99_qps": "0.01"}, built_in)

    assert (small["instances"].value, small["pool size"].value) == (2, 1)


@pytest.mark.parametrize(
    ("rpo", "copying"),
    [
        ("0", "replication lag, most: 0 s"),
        ("10 s", "replication lag, most: 5 s"),
        ("119 s", "replication lag, most: 59.5 s"),
        ("2 min", "WAL archiving, every: 1 min"),
        ("1 d", "WAL archiving, every: 720 min"),
    ],
)
def test_the_rpo_decides_how_data_is_copied(
    built_in: Library, leaves: dict[str, object], rpo: str, copying: str
) -> None:
    changes = {"rpo": rpo, "compliance_controls": ["synchronous-standby", "tenant-isolation"]}
    *_, figure = figures(leaves | changes, built_in).values()

    assert f"{figure.name}: {figure.value:g} {figure.unit}" == copying


def test_the_largest_rate_gives_finite_figures(
    built_in: Library, leaves: dict[str, object]
) -> None:
    huge = figures(leaves | {"p99_qps": 10_000_000, "read_write_ratio": "100:0"}, built_in)

    assert huge["instances"].value == 43453
