"""A count that starts anew at fixed times: whatever is left of a window is denied."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.inference.estimate import Estimate
from server.engines.loadtest.rate_limit.limiter import Kind, Limiter
from server.engines.loadtest.rate_limit.sequence import Sequence

_FEWEST_STARTS = 2
_ASTRAY = 0.1  # of a window; an acceptance farther from the rhythm began none
_UNSURE = 1  # requests of a window that may have arrived in another order

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]


def fixed_window(sequence: Sequence) -> Limiter | None:
    """Explain the decisions by windows; None when no rhythm of windows was seen.

    A window begins between a denial and the acceptance that follows it.
    """
    starts = _starts(sequence)
    if len(starts) < _FEWEST_STARTS:
        return None
    length, first = _rhythm(sequence.times[starts])
    turns = (sequence.times[starts] - first) / length
    begun = starts[np.abs(turns - np.rint(turns)) <= _ASTRAY]
    if len(begun) < _FEWEST_STARTS or len(begun) < len(starts) / 2:
        return None
    length, _ = _rhythm(sequence.times[begun])
    windows = np.searchsorted(begun, np.arange(sequence.times.size), side="right")
    limit = _limit(sequence, windows)
    if limit == 0:
        return None
    # Where in the gap before its first acceptance a window began is not known.
    gap = float(np.median(sequence.times[begun] - sequence.times[begun - 1]))
    uncertain = 2 * (gap + sequence.jitter) / (len(begun) - 1)
    return Limiter(
        Kind.FIXED_WINDOW,
        Estimate(limit, limit, limit),
        _rate(limit, length, uncertain),
        length,
        float(_contradicting(sequence, windows, limit).mean()),
    )


def _starts(sequence: Sequence) -> NDArray[np.int64]:
    """Return the places of acceptances that follow denials for longer than an order may vary."""
    starts = np.flatnonzero(sequence.accepted[1:] & ~sequence.accepted[:-1]) + 1
    accepted = np.flatnonzero(sequence.accepted)
    before = np.searchsorted(accepted, starts) - 1
    # The first denial since the last acceptance; of none, the very first request.
    denied = np.where(before >= 0, accepted[before] + 1, 0)
    return starts[sequence.times[starts] - sequence.times[denied] > 4 * sequence.jitter]


def _rate(limit: int, length: float, uncertain: float) -> Estimate:
    shortest = max(length - uncertain, length / 2)
    return Estimate(limit / length, limit / (length + uncertain), limit / shortest)


def _rhythm(begun: Numbers) -> tuple[float, float]:
    """Return the length of a window and the time at which one began, by least squares."""
    typical = float(np.median(np.diff(begun)))
    turns = np.rint((begun - begun[0]) / typical)
    away = turns - turns.mean()
    length = float(away @ begun / (away @ away)) if away.any() else typical
    return length, float(begun.mean() - length * turns.mean())


def _limit(sequence: Sequence, windows: NDArray[np.int64]) -> int:
    """Return the most common number of accepted requests in windows in which any was denied."""
    full = np.unique(windows[~sequence.accepted]).tolist()
    accepted = Counter[int](windows[sequence.accepted].tolist())
    return Counter(accepted[window] for window in full).most_common(1)[0][0] if full else 0


def _contradicting(sequence: Sequence, windows: NDArray[np.int64], limit: int) -> Flags:
    """Mark what was accepted over the limit of its window, or denied below it."""
    counted = np.concatenate([[0], np.cumsum(sequence.accepted)])
    # Accepted in the same window before each request.
    before = counted[:-1] - counted[np.searchsorted(windows, windows)]
    unsure = _UNSURE if limit > 2 * _UNSURE else 0
    return np.where(sequence.accepted, before >= limit + unsure, before < limit - unsure)
