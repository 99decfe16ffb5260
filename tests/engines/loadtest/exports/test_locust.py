"""Exported locustfiles, compiled and driven with a stand-in for Locust.

Locust itself patches the standard library of the process that imports it.
"""

import ast
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any, Self, cast

import pytest

from server.engines.loadtest.exports.locust import locustfile, python
from server.engines.loadtest.plan import ClosedLoad, Message, OpenLoad, Stage, Target
from server.engines.loadtest.thresholds import parse_goal
from tests.engines.loadtest.exports.plans import HOSTILE, SECRET, plan


class Hook:
    def __init__(self) -> None:
        self.listeners: list[Callable[..., None]] = []

    def add_listener(self, listener: Callable[..., None]) -> Callable[..., None]:
        self.listeners.append(listener)
        return listener


@dataclass(frozen=True)
class Sent:
    name: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None


class Answering:
    """Locust's client and its answer in one: remembers requests and outcomes."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.sent: list[Sent] = []
        self.outcomes: list[str] = []

    def request(self, method: str, path: str, **rest: object) -> Self:
        assert (rest["catch_response"], rest["allow_redirects"]) == (True, False)
        name, headers, body = rest["name"], rest["headers"], rest["data"]
        self.sent.append(Sent(str(name), method, path, cast("Any", headers), cast("Any", body)))
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def success(self) -> None:
        self.outcomes.append("success")

    def failure(self, reason: str) -> None:
        self.outcomes.append(reason)


def constant(seconds: float) -> tuple[str, float]:
    return "constant", seconds


def constant_throughput(each: float) -> tuple[str, float]:
    return "throughput", each


def task(function: Callable[..., None]) -> Callable[..., None]:
    return function


@pytest.fixture
def locust(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("locust")
    module.__dict__.update(
        FastHttpUser=type("FastHttpUser", (), {}),
        LoadTestShape=type("LoadTestShape", (), {}),
        constant=constant,
        constant_throughput=constant_throughput,
        events=SimpleNamespace(init=Hook(), quitting=Hook()),
        task=task,
    )
    monkeypatch.setitem(sys.modules, "locust", module)
    for name in ("AUTHORIZATION", "X_API_KEY", "AUTHORIZATION_2"):
        monkeypatch.setenv(f"LOADTEST_{name}", name.lower())
    return module


@dataclass
class Totals:
    """What Locust counted: latencies in ms up to the 99.5th percentile, and beyond it."""

    usual: float
    rare: float
    avg_response_time: float = 10
    max_response_time: float = 500
    fail_ratio: float = 0.005
    total_rps: float = 100

    def get_response_time_percentile(self, share: float) -> float:
        return self.usual if share < 0.995 else self.rare


def loaded(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "locustfile"}
    code = compile(text, "locustfile.py", "exec")
    exec(code, names)  # ruff: ignore[exec-builtin] what we wrote is what is tested
    return names


def sent(names: dict[str, Any], *, times: int, status: int = 200) -> Answering:
    client = Answering(status)
    caller = names["Caller"]()
    caller.client = client
    for _ in range(times):
        caller.send()
    return client


@pytest.mark.usefixtures("locust")
def test_every_message_of_the_plan_is_sent() -> None:
    client = sent(loaded(locustfile(plan()).text), times=200)

    assert {(each.name, each.method, each.path, each.body) for each in client.sent} == {
        ("read", "GET", "/items?page=1", None),
        ("read", "GET", "/items?page=2", None),
        ("write", "POST", "/items", '{"ä": 1}'.encode()),
        ("binary", "PUT", "/blob", b"\x00\xff\xfe"),
    }
    written = next(each for each in client.sent if each.name == "write")
    assert written.headers == {"Authorization": "authorization_2"}


@pytest.mark.usefixtures("locust")
def test_only_expected_statuses_succeed() -> None:
    client = sent(loaded(locustfile(plan()).text), times=200, status=409)

    assert {
        (each.name, outcome) for each, outcome in zip(client.sent, client.outcomes, strict=True)
    } == {("read", "status 409"), ("write", "success"), ("binary", "status 409")}


@pytest.mark.usefixtures("locust")
def test_the_shape_follows_the_stages_and_ends() -> None:
    load = OpenLoad(10, (Stage(10, 30), Stage(5, 30)))
    shape = loaded(locustfile(plan(load), latency=2).text)["Shape"]()

    ticks: list[tuple[int, int] | None] = []
    for now in (0, 5, 12, 16):
        shape.get_run_time = partial(float, now)
        ticks.append(shape.tick())

    # Each of them sends every two seconds.
    assert ticks == [(20, 60), (40, 60), (60, 60), None]


@pytest.mark.usefixtures("locust")
def test_users_who_wait_send_as_soon_as_they_were_answered() -> None:
    names = loaded(locustfile(plan(ClosedLoad(7, 3))).text)

    shape = names["Shape"]()
    shape.get_run_time = partial(float, 1)

    assert (names["Caller"].wait_time, shape.tick()) == (("constant", 0), (7, 7))


def test_a_missed_goal_is_an_exit_code(locust: ModuleType) -> None:
    goals = ["p99<300ms", "error_rate<1%", "rate>=50/s", "slo: 99.9% < 250ms over 30d"]
    loaded(locustfile(plan(), map(parse_goal, goals)).text)
    (judge,) = locust.events.quitting.listeners

    codes: list[int | None] = []
    for total in (Totals(280, 400), Totals(200, 200)):
        environment = SimpleNamespace(stats=SimpleNamespace(total=total), process_exit_code=None)
        judge(environment=environment)
        codes.append(environment.process_exit_code)

    assert codes == [1, None]


def test_missing_secrets_are_named(locust: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOADTEST_X_API_KEY")
    loaded(locustfile(plan()).text)

    (check,) = locust.events.init.listeners
    with pytest.raises(SystemExit, match="LOADTEST_X_API_KEY"):
        check(environment=None)


def test_no_secret_is_in_the_file() -> None:
    text = locustfile(plan()).text

    assert SECRET not in text
    assert "Basic other" not in text


@pytest.mark.usefixtures("locust")
def test_hostile_text_stays_text() -> None:
    message = Message("GET", "/" + HOSTILE, (("X-Note", HOSTILE),), b"'''\\\x00")
    names = loaded(locustfile(plan(targets=(Target(HOSTILE, (message,)),))).text)

    assert sent(names, times=1).sent == [
        Sent(HOSTILE, "GET", "/" + HOSTILE, {"X-Note": HOSTILE}, b"'''\\\x00")
    ]


def test_a_literal_is_nothing_but_data() -> None:
    data = {"name": HOSTILE * 20, "body": b"\xff" * 300, "weights": [(1.5, True, None)]}

    assert ast.literal_eval(python(data)) == data
