"""When each request of an open model is due: arrival times that follow a rate, in numpy arrays.

The rate is integrated exactly, in fractions of what was written: 0.1 s at 30 a second are 3
requests, although 0.1 x 30 is a little more than 3 in floats.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.plan import Arrivals, OpenLoad

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Piece:
    """At most a second, in which the rate goes in a line; `before` requests were due before it."""

    start: Fraction
    seconds: Fraction
    first_rate: Fraction
    last_rate: Fraction
    before: Fraction

    @property
    def area(self) -> Fraction:
        return self.seconds * (self.first_rate + self.last_rate) / 2


def arrivals(load: OpenLoad) -> Iterator[Times]:
    """Yield the times at which requests are due, in seconds from the start, ascending.

    They come in arrays of at most a second each, none of them empty. Constant arrivals are due
    whenever the area under the rate reaches a whole number, the first at once; Poisson arrivals
    are a Poisson process of that rate, the same for the same seed.

    Raises:
        ValueError: a rate or a duration is negative or no number.
    """
    dice = np.random.default_rng(load.seed)
    for piece in _pieces(load):
        if load.arrivals is Arrivals.CONSTANT:
            areas = _whole_areas(piece)
        else:
            areas = _random_areas(piece, dice)
        if areas.size:
            yield float(piece.start) + _times(piece, areas)


def share(times: Iterable[Times], worker: int, workers: int) -> Iterator[Times]:
    """Yield every `workers`-th of `times`, from the one at place `worker` on.

    The shares of all workers are the whole, and of a constant rate each worker's is evenly
    spaced, so that the sum is smooth.
    """
    if not 0 <= worker < workers:
        raise ValueError(f"worker {worker} of {workers} does not exist")
    first = worker
    for each in times:
        yield each[first::workers]
        first = (first - each.size) % workers


def _pieces(load: OpenLoad) -> Iterator[_Piece]:
    start, before, rate = Fraction(0), Fraction(0), _exact(load.start_rate)
    for stage in load.stages:
        seconds, last_rate = _exact(stage.seconds), _exact(stage.rate)
        slope = (last_rate - rate) / seconds if seconds else Fraction(0)
        for passed in range(ceil(seconds)):
            length = min(Fraction(1), seconds - passed)
            here = rate + slope * passed
            piece = _Piece(start + passed, length, here, here + slope * length, before)
            yield piece
            before += piece.area
        start, rate = start + seconds, last_rate


def _exact(number: float) -> Fraction:
    """Return a float as the decimal that it was written as."""
    exact = Fraction(str(number))
    if exact < 0:
        raise ValueError(f"a rate or a duration is never negative, got {number}")
    return exact


def _whole_areas(piece: _Piece) -> Times:
    """Return the areas from the piece's start at which the whole area is a whole number."""
    first, end = ceil(piece.before), ceil(piece.before + piece.area)
    return float(first - piece.before) + np.arange(end - first, dtype=np.float64)


def _random_areas(piece: _Piece, dice: np.random.Generator) -> Times:
    """Return what a Poisson process is, given its count: that many uniform places, sorted."""
    area = float(piece.area)
    return np.sort(dice.random(dice.poisson(area))) * area


def _times(piece: _Piece, areas: Times) -> Times:
    """Return the seconds from the piece's start after which the area under the rate is reached.

    The root of `rate t + slope t^2 / 2 = area` in the form that loses no digits, also for slope 0.
    """
    rate = float(piece.first_rate)
    slope = float((piece.last_rate - piece.first_rate) / piece.seconds)
    # The least that rounding may leave under the root where a rate falls to nothing.
    root = np.sqrt(np.maximum(rate * rate + 2 * slope * areas, 0.0))
    divisor = rate + root
    # Nothing is due at a rate of nothing but the very first request, at once.
    safe = np.where(divisor > 0, divisor, 1.0)
    return np.minimum(2 * areas / safe, float(piece.seconds))
