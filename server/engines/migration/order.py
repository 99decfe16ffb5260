"""The one order of a plan: by dependencies, then by preference, in every process the same."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

N = TypeVar("N")


class CycleError(Exception):
    """Things wait for each other: a kind says something wrong about what it needs."""


def ordered(
    nodes: Collection[N], edges: Iterable[tuple[N, N]], preference: Callable[[N], Any]
) -> list[N]:
    """Return the nodes so that the first of each edge comes before the second.

    Among those that may come next the least by `preference` does.

    Raises:
        CycleError: names those that wait for each other.
    """
    followers: defaultdict[N, list[N]] = defaultdict(list)
    waits_for = dict.fromkeys(nodes, 0)
    for before, after in set(edges):
        if before != after:
            followers[before].append(after)
            waits_for[after] += 1
    ready = [(preference(node), number, node) for number, node in enumerate(nodes)]
    numbers = {node: number for _, number, node in ready}
    heap = [entry for entry in ready if not waits_for[entry[2]]]
    heapq.heapify(heap)
    done: list[N] = []
    while heap:
        *_, node = heapq.heappop(heap)
        done.append(node)
        for follower in followers[node]:
            waits_for[follower] -= 1
            if not waits_for[follower]:
                heapq.heappush(heap, (preference(follower), numbers[follower], follower))
    if len(done) < len(waits_for):
        circle = ", ".join(map(str, _cycle(waits_for, followers, done)))
        raise CycleError(f"these wait for each other: {circle}")
    return done


def postponed(
    order: Sequence[N], edges: Iterable[tuple[N, N]], is_late: Callable[[N], bool]
) -> list[N]:
    """Return the order with some nodes right before the first that waits for them.

    What is away for a while is away as short as can be.
    """
    followers: defaultdict[N, list[N]] = defaultdict(list)
    for before, after in edges:
        if before != after:
            followers[before].append(after)
    place = {node: number for number, node in enumerate(order)}
    late = {node for node in order if is_late(node)}
    goes_before = dict(place)
    for node in reversed(order):
        if node in late:
            waiting = (goes_before[each] for each in followers[node])
            goes_before[node] = min(waiting, default=place[node])
    return sorted(order, key=lambda node: (goes_before[node], node not in late, place[node]))


def _cycle(
    waits_for: Mapping[N, int], followers: Mapping[N, Collection[N]], done: Collection[N]
) -> list[N]:
    """Find one circle among what is left."""
    left = set(waits_for) - set(done)
    before = {after: node for node in left for after in followers.get(node, ()) if after in left}
    path: dict[N, None] = {}
    node = next(iter(left))
    while node not in path:
        path[node] = None
        node = before[node]
    circle = list(path)
    return circle[circle.index(node) :][::-1]
