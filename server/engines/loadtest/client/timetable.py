"""When each request of an open model is due, and which one it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.plan import OpenLoad, Target
from server.engines.loadtest.schedule import arrivals


@dataclass(frozen=True, slots=True)
class Timetable:
    """`due` in nanoseconds from the start, ascending; `requests` are places among all messages."""

    due: NDArray[np.int64]
    requests: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.due)

    def share(self, worker: int, workers: int) -> "Timetable":
        """Return every `workers`-th request from `worker` on; the shares make up the whole."""
        return Timetable(self.due[worker::workers], self.requests[worker::workers])


def timetable(load: OpenLoad, targets: tuple[Target, ...]) -> Timetable:
    """Return the whole timetable of a plan: the same for the same seed."""
    due = (np.concatenate([np.zeros(0), *arrivals(load)]) * 1e9).astype(np.int64)
    return Timetable(due, turns(targets, len(due), load.seed))


def turns(targets: tuple[Target, ...], count: int, seed: int) -> NDArray[np.int32]:
    """Return `count` places of messages: targets by weight at random, each one's in turn."""
    weights = np.array([target.weight for target in targets], dtype=np.float64)
    dice = np.random.default_rng(seed)
    chosen = dice.choice(len(targets), size=count, p=weights / weights.sum())
    requests = np.empty(count, dtype=np.int32)
    first = 0
    for place, target in enumerate(targets):
        own = np.flatnonzero(chosen == place)
        requests[own] = first + np.arange(len(own)) % len(target.messages)
        first += len(target.messages)
    return requests
