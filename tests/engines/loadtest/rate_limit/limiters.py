"""Simulated limiters, and the answers that a run against them would have got."""

from collections import deque
from collections.abc import Callable, Iterable

import numpy as np

from server.engines.loadtest.frame import Answer

Decide = Callable[[float], bool]


def bucket(burst: float, rate: float) -> Decide:
    level, last = burst, 0.0

    def decide(now: float) -> bool:
        nonlocal level, last
        level, last = min(burst, level + rate * (now - last)), now
        if level < 1:
            return False
        level -= 1
        return True

    return decide


def window(limit: int, seconds: float, phase: float = 0.0) -> Decide:
    counts: dict[int, int] = {}

    def decide(now: float) -> bool:
        place = int((now + phase) // seconds)
        counts[place] = counts.get(place, 0) + 1
        return counts[place] <= limit

    return decide


def log(limit: int, seconds: float) -> Decide:
    accepted: deque[float] = deque()

    def decide(now: float) -> bool:
        while accepted and accepted[0] <= now - seconds:
            accepted.popleft()
        if len(accepted) >= limit:
            return False
        accepted.append(now)
        return True

    return decide


def answers(
    decide: Decide, rate: float, seconds: float, *, noise: float = 0.0, poisson: bool = False
) -> list[Answer]:
    """Requests at a rate; each reaches the limiter up to `noise` seconds late, and so back."""
    dice = np.random.default_rng(9)
    count = int(rate * seconds)
    sent = np.sort(dice.random(count)) * seconds if poisson else np.arange(count) / rate
    there = sent + 0.0005 + dice.random(count) * noise
    back = there + 0.0005 + dice.random(count) * noise
    statuses: dict[int, int] = {}
    for place in np.argsort(there).tolist():
        statuses[place] = 200 if decide(float(there[place])) else 429
    return [
        Answer(float(sent[at]), float(sent[at]), float(back[at]), statuses[at], ())
        for at in range(count)
    ]


def with_headers(found: Iterable[Answer], *headers: tuple[str, str]) -> list[Answer]:
    """Give every denial these headers."""
    return [
        Answer(each.due, each.sent, each.answered, each.status, headers)
        if each.status == 429
        else each
        for each in found
    ]
