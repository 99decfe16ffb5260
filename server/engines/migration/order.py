"""The one order of a plan: by dependencies, then by preference, in every process the same."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

N = TypeVar("N")


class CycleError(Exception):
    """Things wait for each other.

    `circular` holds them all: those on a circle, and those between two circles.
    """

    def __init__(self, circle: Iterable[object], circular: Iterable[object]) -> None:
        super().__init__(f"these wait for each other: {', '.join(map(str, circle))}")
        self.circular = frozenset(circular)


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
        circular = _circular(waits_for.keys() - set(done), followers)
        raise CycleError(_circle(circular), circular)
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


def _circular(left: set[N], followers: Mapping[N, Collection[N]]) -> dict[N, set[N]]:
    """Return what waits for each of those that are left, without those that none of them needs."""
    leads_to = {node: {each for each in followers.get(node, ()) if each in left} for node in left}
    leaders: defaultdict[N, set[N]] = defaultdict(set)
    for node, after in leads_to.items():
        for each in after:
            leaders[each].add(node)
    ends = [node for node, after in leads_to.items() if not after]
    while ends:
        end = ends.pop()
        del leads_to[end]
        for node in leaders[end]:
            leads_to[node].discard(end)
            if not leads_to[node]:
                ends.append(node)
    return leads_to


def _circle(leads_to: Mapping[N, Collection[N]]) -> list[N]:
    """Find one circle among nodes each of which leads to another one."""
    path: dict[N, None] = {}
    node = min(leads_to, key=str)
    while node not in path:
        path[node] = None
        node = min(leads_to[node], key=str)
    circle = list(path)
    return circle[circle.index(node) :]
