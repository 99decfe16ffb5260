"""Plans for the servers of tests, and a generator that runs in the test's own process."""

import time
from dataclasses import replace

from server.engines.loadtest.client.engine import Engine, Share
from server.engines.loadtest.frame import Frame, total
from server.engines.loadtest.plan import (
    Arrivals,
    ClosedLoad,
    Endpoint,
    Limits,
    Message,
    OpenLoad,
    Plan,
    Stage,
    Target,
)

PATIENT = Limits(timeout=5.0)
GET = Message("GET", "/", (("Host", "origin.test"),))


def steady(rate: float, seconds: float) -> OpenLoad:
    """Return a constant rate, evenly spaced."""
    return OpenLoad(rate, (Stage(seconds, rate),), Arrivals.CONSTANT)


def plan_for(
    port: int,
    load: OpenLoad | ClosedLoad,
    *targets: Target,
    limits: Limits = PATIENT,
) -> Plan:
    """Return a plan against a server on loopback; without targets it gets `/`."""
    return Plan(
        run_id="test",
        endpoint=Endpoint("http", "origin.test", port, "127.0.0.1"),
        targets=targets or (Target("root", (GET,)),),
        load=load,
        limits=limits,
    )


async def carried_out(plan: Plan) -> Frame:
    """Run a plan with one generator in this process, and add up its frames."""
    engine = Engine(plan, Share())
    await engine.warm_up()
    frames: list[Frame] = []
    await engine.run(time.monotonic_ns(), frames.append)
    return total(frames)


def ended(frame: Frame) -> int:
    """Return how many requests the books know the end of."""
    return frame.answered.total() + frame.failed.total() + frame.canceled


def encrypted(plan: Plan) -> Plan:
    """Return the plan with TLS."""
    return replace(plan, endpoint=replace(plan.endpoint, scheme="https"))
