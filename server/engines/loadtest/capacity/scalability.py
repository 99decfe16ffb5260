"""The Universal Scalability Law, fitted: how throughput grows with concurrency, and where it ends.

Gunther, Guerrilla Capacity Planning, 2007, chapter 4: with N requests in flight,
`X(N) = lambda N / (1 + sigma (N - 1) + kappa N (N - 1))`; lambda is the throughput of one, sigma
the share of work that waits for others (contention), kappa the cost of agreeing (coherence).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from server.engines.loadtest.inference.estimate import Estimate

FEWEST_POINTS = 5

_PARAMETERS = 3
_DRAWS = 400
_SEED = 1
_FARTHEST = 0.10
_ENDS = (0.025, 0.975)
_USABLE = ((0, 1, 2), (0, 1), (0, 2), (0,))  # which parameters are not 0

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """Throughput (requests a second) while on average `concurrency` requests were in flight."""

    concurrency: float
    throughput: float


@dataclass(frozen=True, slots=True)
class Scalability:
    """A fitted law: `scale` is lambda, `contention` sigma, `coherence` kappa.

    `peak` is the highest throughput, reached at `peak_concurrency`. `knee` is the concurrency at
    which throughput would be at its peak had it kept growing as it began: beyond it requests
    mostly wait. It is measured only if there was a point at or beyond it; else it is a guess, and
    nothing may be planned by it.
    """

    scale: Estimate
    contention: Estimate
    coherence: Estimate
    peak: Estimate
    peak_concurrency: Estimate
    knee: Estimate
    is_measured: bool
    residual: float
    """The standard deviation of the points around the law, as a share of each."""

    @property
    def fits(self) -> bool:
        """Whether the points lie near enough to the law for it to say something of the target.

        A fixed number of workers, say, grows in a line and ends in a corner, which the law cannot.
        """
        return self.residual <= _FARTHEST

    def throughput(self, concurrency: float) -> float:
        """Return the requests a second that the law gives this concurrency."""
        law = np.array([[self.scale.value, self.contention.value, self.coherence.value]])
        return float(_throughputs(law, np.array([concurrency]))[0, 0])


def fit(points: Sequence[Point]) -> Scalability:
    """Fit the law by least squares of relative errors; the points come from several runs.

    N / X is linear in (1, sigma, kappa) / lambda, so no iteration is needed. The intervals come
    from refitting what the law would have been measured as, with errors of the size that was
    seen, since neither peak nor knee is linear in the parameters.

    Raises:
        ValueError: there are fewer than `FEWEST_POINTS` different loads, one is not positive, or
            the highest is not at least twice the lowest.
    """
    loads = np.array([point.concurrency for point in points])
    throughputs = np.array([[point.throughput for point in points]])
    if len(np.unique(loads)) < FEWEST_POINTS or min(*loads, *throughputs[0]) <= 0:
        raise ValueError(f"the law needs {FEWEST_POINTS} different loads above 0")
    if loads.max() < 2 * loads.min():
        raise ValueError("the highest load must be at least twice the lowest")
    law = _laws(loads, throughputs)
    expected = _throughputs(law, loads)
    freedom = len(points) - _PARAMETERS
    residual = sqrt(float(((throughputs / expected - 1) ** 2).sum()) / freedom)
    drawn = expected * np.exp(_errors(residual, freedom, len(points)))
    figures = _figures(law)[0].tolist()
    low, high = np.quantile(_figures(_laws(loads, drawn)), _ENDS, axis=0, method="nearest").tolist()
    return Scalability(
        *map(Estimate, figures, low, high),
        is_measured=float(loads.max()) >= figures[-1],
        residual=residual,
    )


def _laws(loads: Numbers, throughputs: Numbers) -> Numbers:
    """Return the best law (lambda, sigma, kappa) without a negative parameter, for each row."""
    # A column divided by N / X is 1 where the law fits it: errors count in proportion.
    columns = np.stack([np.ones_like(loads), loads - 1, loads * (loads - 1)])
    weighted = columns * (throughputs / loads)[:, None, :]
    solutions = np.stack([_least_squares(weighted, used) for used in _USABLE])
    errors = ((np.einsum("urp,rpn->urn", solutions, weighted) - 1) ** 2).sum(axis=2)
    errors[(solutions.min(axis=2) < 0) | (solutions[:, :, 0] <= 0)] = inf
    best = solutions[errors.argmin(axis=0), np.arange(len(throughputs))]
    best[:, 0] = 1 / best[:, 0]
    best[:, 1:] *= best[:, :1]
    return best


def _least_squares(columns: Numbers, used: tuple[int, ...]) -> Numbers:
    """Return coefficients with which each row's columns come nearest to 1; 0 where not used."""
    chosen = columns[:, list(used)]
    # N squared is a million times N: without scaling the digits of the small ones are lost.
    scales = np.abs(chosen).max(axis=2)
    scaled = chosen / scales[:, :, None]
    square = np.einsum("rpn,rqn->rpq", scaled, scaled)
    coefficients = np.zeros(columns.shape[:2])
    coefficients[:, list(used)] = (
        np.linalg.solve(square, scaled.sum(axis=2)[:, :, None])[:, :, 0] / scales
    )
    return coefficients


def _throughputs(laws: Numbers, loads: Numbers) -> Numbers:
    """Return throughputs of each law (rows); `loads` for all of them, or a row for each."""
    scale, contention, coherence = laws.T[:, :, None]
    return scale * loads / (1 + contention * (loads - 1) + coherence * loads * (loads - 1))


def _figures(laws: Numbers) -> Numbers:
    """Return the figures of `Scalability`, in the order of its fields, for each law."""
    scale, contention, coherence = laws.T
    # Without a cost of agreeing, throughput nears what contention leaves, and never peaks.
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.where(coherence > 0, np.sqrt(np.maximum(1 - contention, 0) / coherence), inf)
        end = np.where(contention > 0, scale / contention, inf)
    at = np.maximum(at, 1.0)
    finite = np.where(np.isinf(at), 1.0, at)
    top = np.where(np.isinf(at), end, _throughputs(laws, finite[:, None])[:, 0])
    return np.column_stack([scale, contention, coherence, top, at, top / scale])


def _errors(size: float, freedom: int, count: int) -> Numbers:
    """Return relative errors as they might have been, a row a draw."""
    dice = np.random.default_rng(_SEED)
    # The size of the errors is itself only estimated: by few points, badly.
    sizes = size * np.sqrt(freedom / dice.chisquare(freedom, _DRAWS))
    return dice.normal(0, 1, (_DRAWS, count)) * sizes[:, None]
