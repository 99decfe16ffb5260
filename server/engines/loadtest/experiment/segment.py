"""One stretch of a load at one rate: what a segment of a comparison or a step of a search sends."""

from dataclasses import replace

from server.engines.loadtest.plan import ClosedLoad, OpenLoad, Stage


def segment(
    load: OpenLoad | ClosedLoad, seconds: float, rate: float | None = None
) -> OpenLoad | ClosedLoad:
    """Return a load of `seconds` at one rate: the last of the plan unless another is given."""
    if isinstance(load, ClosedLoad):
        return replace(load, seconds=seconds)
    held = load.stages[-1].rate if rate is None else rate
    return replace(load, start_rate=held, stages=(Stage(seconds, held),))
