"""A log of what was accepted: each request waits until one of them is old enough."""

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.inference.estimate import Estimate
from server.engines.loadtest.rate_limit.limiter import Kind, Limiter
from server.engines.loadtest.rate_limit.sequence import Sequence

_RARE = 0.02  # decisions that noise may have put on the other side

Numbers = NDArray[np.float64]


def sliding_window(sequence: Sequence) -> Limiter | None:
    """Explain the decisions by a log of as many as passed at first; None without a second one.

    With a limit of L, an acceptance says that the one L before it is at least a window old; a
    denial says that the Lth last is not.
    """
    return _log(sequence, sequence.accepted_at_first, Kind.SLIDING_WINDOW)


def spacing(sequence: Sequence) -> Limiter | None:
    """Explain the decisions by a least distance between two acceptances: a bucket of one.

    None when more passed at first than that distance allows: then there was a burst.
    """
    limiter = _log(sequence, 1, Kind.TOKEN_BUCKET)
    at_first = sequence.times[: sequence.accepted_at_first]
    if limiter is None or np.any(np.diff(at_first) * limiter.rate.high < 1):
        return None
    return limiter


def _log(sequence: Sequence, limit: int, kind: Kind) -> Limiter | None:
    times = sequence.times[sequence.accepted]
    if limit == 0 or len(times) <= limit or not sequence.denials.size:
        return None
    passed = times[limit:] - times[:-limit]
    waited = _waited(sequence, times, limit)
    low, high = float(waited.max()), float(passed.min())
    slack = 2 * sequence.jitter
    if low > high + slack:
        low, high = float(np.quantile(waited, 1 - _RARE)), float(np.quantile(passed, _RARE))
    window = (low + high) / 2
    wrong = int(np.sum(passed < window - slack) + np.sum(waited > window + slack))
    uncertain = abs(high - low) / 2 + slack
    shortest = max(window - uncertain, window / 2)
    return Limiter(
        kind,
        Estimate(limit, limit, limit),
        Estimate(limit / window, limit / (window + uncertain), limit / shortest),
        window if kind is Kind.SLIDING_WINDOW else 0.0,
        wrong / (len(passed) + len(waited)),
    )


def _waited(sequence: Sequence, times: Numbers, limit: int) -> Numbers:
    """Return for each denial how long ago the `limit`-th last acceptance was."""
    denied = sequence.times[~sequence.accepted]
    before = np.searchsorted(times, denied)
    return denied - times[np.maximum(before - limit, 0)]
