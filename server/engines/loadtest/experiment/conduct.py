"""How an experiment has its runs made, whoever makes them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

from server.engines.loadtest.plan import Plan
from server.engines.loadtest.run import Run, Stop

Measure = Callable[[Plan, str], Awaitable[Run]]
"""Makes one run of a plan; the words say which one it is, for whoever watches."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """Makes runs, one after another; `stop` ends the experiment with what there is.

    All runs together may take so many seconds and requests where their number is not known before.
    """

    measure: Measure
    stop: Stop
    seconds: float = inf
    requests: float = inf
