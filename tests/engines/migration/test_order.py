"""The order of a plan: dependencies first, preference second, circles named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.engines.migration.order import CycleError, ordered, postponed

edges_forward = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1])
)


@given(edges_forward, st.permutations(range(13)))
def test_what_is_needed_comes_first_whatever_is_preferred(
    edges: list[tuple[int, int]], preferred: list[int]
) -> None:
    order = ordered(range(13), edges, preferred.index)

    place = {node: number for number, node in enumerate(order)}
    assert sorted(order) == list(range(13))
    assert all(place[before] < place[after] for before, after in edges)


@given(edges_forward, st.sets(st.integers(0, 12)))
def test_postponing_keeps_every_dependency_and_every_node(
    edges: list[tuple[int, int]], late: set[int]
) -> None:
    order = postponed(ordered(range(13), edges, lambda node: node), edges, late.__contains__)

    place = {node: number for number, node in enumerate(order)}
    assert sorted(order) == list(range(13))
    assert all(place[before] < place[after] for before, after in edges)


def test_among_what_may_come_next_the_preferred_comes() -> None:
    assert ordered("abc", [("c", "a")], lambda node: node) == ["b", "c", "a"]


def test_a_postponed_node_stands_right_before_the_first_that_waits_for_it() -> None:
    order = postponed(["drop", "b", "c", "alter"], [("drop", "alter")], {"drop"}.__contains__)

    assert order == ["b", "c", "drop", "alter"]


def test_a_circle_is_named() -> None:
    with pytest.raises(CycleError, match="these wait for each other: a, b"):
        ordered("ab", [("a", "b"), ("b", "a")], lambda node: node)


def test_what_only_waits_for_a_circle_or_is_waited_for_is_not_on_it() -> None:
    edges = [
        ("first", "a"),
        ("a", "b"),
        ("b", "a"),
        ("b", "between"),
        ("between", "c"),
        ("c", "c2"),
    ]
    with pytest.raises(CycleError) as error:
        ordered(
            ["first", "a", "b", "between", "c", "c2", "last"],
            [*edges, ("c2", "c"), ("c", "last")],
            str,
        )

    assert error.value.circular == {"a", "b", "between", "c", "c2"}
