"""How an experiment has its runs made, whoever makes them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.engines.loadtest.plan import Plan
from server.engines.loadtest.run import Run, Stop

Measure = Callable[[Plan, str], Awaitable[Run]]
"""Makes one run of a plan; the words say which one it is, for whoever watches."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """Makes runs, one after another; `stop` ends the experiment with what there is."""

    measure: Measure
    stop: Stop
