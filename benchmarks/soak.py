"""Whether memory stays flat in a long run: five minutes at a fixed rate against an own server.

Prints the resident memory of the generator and of the process that hears it, and how much either
grew a minute after the first fifth of the run. The one that hears keeps what each second was like,
which is all that may grow. `soak.py SECONDS RATE` for another length or rate.
"""

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import statistics
import sys
from dataclasses import dataclass, field
from typing import Final

import anyio
import psutil

from server.engines.loadtest.calibration import echo
from server.engines.loadtest.frame import Frame
from server.engines.loadtest.health import void_reasons
from server.engines.loadtest.plan import Endpoint, Message, OpenLoad, Plan, Stage, Target
from server.engines.loadtest.run import Run, measure

_SECONDS: Final = 300.0
_RATE: Final = 2_000.0
_MOST_KB_A_MINUTE: Final = {"generator": 200.0, "hearer": 6_000.0}
_WARM: Final = 0.2  # the part of a run after which buffers have found their size


def _serve(port: "multiprocessing.connection.Connection") -> None:
    async def serve() -> None:
        server = await echo()
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


@dataclass(slots=True)
class _Memory:
    """Resident kilobytes of both processes at each second of the run."""

    seconds: list[float] = field(default_factory=list[float])
    generator: list[float] = field(default_factory=list[float])
    hearer: list[float] = field(default_factory=list[float])

    def sample(self, frame: Frame) -> None:
        for child in psutil.Process().children():
            if any("loadtest.worker" in word for word in child.cmdline()):
                self._keep(frame.end, child)

    def _keep(self, second: float, generator: psutil.Process) -> None:
        self.seconds.append(second)
        self.generator.append(generator.memory_info().rss / 1024)
        self.hearer.append(psutil.Process().memory_info().rss / 1024)

    def growth(self, kilobytes: list[float]) -> float:
        """Return kilobytes a minute after the warm part, by least squares."""
        first = int(len(kilobytes) * _WARM)
        line = statistics.linear_regression(self.seconds[first:], kilobytes[first:])
        return 60 * line.slope


def _plan(port: int, seconds: float, rate: float) -> Plan:
    message = Message("GET", "/", (("Host", f"127.0.0.1:{port}"),))
    endpoint = Endpoint("http", "127.0.0.1", port, "127.0.0.1")
    load = OpenLoad(rate, (Stage(seconds, rate),))
    return Plan("soak", endpoint, (Target("root", (message,)),), load, stops_on_trouble=False)


def _print_memory(name: str, kilobytes: list[float], growth: float) -> None:
    warm = kilobytes[int(len(kilobytes) * _WARM) :]
    print(
        f"{name:9}  {warm[0]:,.0f} kB when warm, {warm[-1]:,.0f} kB at the end, at most"
        f" {max(kilobytes):,.0f} kB; grew {growth:+,.0f} kB a minute (at most"
        f" {_MOST_KB_A_MINUTE[name]:,.0f})"
    )


def _print_run(run: Run) -> None:
    total = run.total
    known = total.answered.total() + total.failed.total() + total.canceled
    print(
        f"{run.planned:,} planned, {total.taken:,} sent, {total.answered.total():,} answered,"
        f" {total.failed.total():,} failed, {total.taken - known} unknown; busiest second"
        f" {run.busiest:.0%} of a core, CPU {1e6 * total.cpu / total.taken:.1f} us a request"
    )
    print(
        f"lag p99 {total.lag.percentile(99) / 1e3:.2f} ms, response p99"
        f" {total.response.percentile(99) / 1e3:.2f} ms, void:"
        f" {'; '.join(void_reasons(run)) or 'no'}"
    )


def main() -> None:
    """Print the figures; exit with 1 where memory grew."""
    seconds, rate = (*map(float, sys.argv[1:3]), *(_SECONDS, _RATE)[len(sys.argv[1:3]) :])
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    server = context.Process(target=_serve, args=(there,), daemon=True)
    server.start()
    memory = _Memory()
    try:
        plan = _plan(here.recv(), seconds, rate)
        print(f"{seconds:.0f} s at {rate:,.0f} requests/s; load average {os.getloadavg()[0]:.1f}")
        run = anyio.run(lambda: measure(plan, watch=memory.sample))
    finally:
        server.terminate()
    _print_run(run)
    growths = {name: memory.growth(getattr(memory, name)) for name in _MOST_KB_A_MINUTE}
    for name, growth in growths.items():
        _print_memory(name, getattr(memory, name), growth)
    sys.exit(any(growth > _MOST_KB_A_MINUTE[name] for name, growth in growths.items()))


if __name__ == "__main__":
    main()
