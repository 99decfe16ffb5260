"""A plan as a locustfile: all data in one literal, all code the same for every plan."""

from collections.abc import Iterable, Mapping
from math import ceil
from pprint import pformat

from server.engines.loadtest.exports.sheet import Script, Sheet, SheetMessage, sheet
from server.engines.loadtest.judgment import Goal
from server.engines.loadtest.plan import ClosedLoad, Plan
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.thresholds import Metric, Threshold

_MILLISECOND = 1_000  # microseconds
_WHOLE = 100
_WIDTH = 96

_HEAD = '''\
"""A load test, exported from senior-backend. Run it with:  locust -f FILE --headless

Locust's users wait for an answer before they send again. While the target is slow it is asked
less, so that a freeze hides in the percentiles; enough users make up for most of it.
"""

import os
import random
import sys
from itertools import cycle

from locust import FastHttpUser, LoadTestShape, constant, constant_throughput, events, task

PLAN = '''

_BODY = """

TARGETS = [
    {**target, "turns": cycle(target["messages"])} for target in PLAN["targets"]
]
WEIGHTS = [target["weight"] for target in TARGETS]


class Caller(FastHttpUser):
    host = PLAN["origin"]
    connection_timeout = network_timeout = PLAN["timeout"]
    insecure = not PLAN["verifies"]
    wait_time = constant_throughput(PLAN["each"]) if PLAN["each"] else constant(0)

    @task
    def send(self):
        target = random.choices(TARGETS, WEIGHTS)[0]
        message = next(target["turns"])
        headers = dict(message["headers"])
        headers.update((name, os.environ[variable]) for name, variable in message["secrets"])
        with self.client.request(
            message["method"],
            message["path"],
            name=target["name"],
            data=message["body"] or None,
            headers=headers,
            allow_redirects=False,
            catch_response=True,
        ) as response:
            if any(first <= response.status_code <= last for first, last in target["right"]):
                response.success()
            else:
                response.failure(f"status {response.status_code}")


class Shape(LoadTestShape):
    def tick(self):
        now = self.get_run_time()
        users = PLAN["start_users"]
        for seconds, last_users in PLAN["stages"]:
            if now < seconds:
                wanted = users + (last_users - users) * now / seconds
                return max(1, round(wanted)), PLAN["spawn_rate"]
            now -= seconds
            users = last_users
        return None


@events.init.add_listener
def check_variables(environment, **_):
    missing = [name for name in PLAN["variables"] if not os.environ.get(name)]
    if missing:
        sys.exit(f"set these environment variables: {', '.join(missing)}")


def measured(goal, total):
    if goal["metric"] == "percentile":
        return total.get_response_time_percentile(goal["share"]) or 0
    return {
        "mean": total.avg_response_time,
        "max": total.max_response_time,
        "error_rate": total.fail_ratio,
        "rate": total.total_rps * (1 - total.fail_ratio),
    }[goal["metric"]]


def holds(goal, value):
    return {
        "<": value < goal["limit"],
        "<=": value <= goal["limit"],
        ">": value > goal["limit"],
        ">=": value >= goal["limit"],
    }[goal["comparison"]]


@events.quitting.add_listener
def judge(environment, **_):
    total = environment.stats.total
    missed = [goal["text"] for goal in PLAN["goals"] if not holds(goal, measured(goal, total))]
    if missed:
        print(f"missed: {', '.join(missed)}", file=sys.stderr)
        environment.process_exit_code = 1
"""


def locustfile(plan: Plan, goals: Iterable[Goal] = (), *, latency: float = 1.0) -> Script:
    """Write a plan as a locustfile with its goals; a missed one makes Locust exit with 1.

    `latency` is the response time to expect, in seconds: each user sends once in that time, or
    once a second, and there are as many users as the rate then takes. An SLO becomes the
    percentile of its share, since Locust cannot count what was both right and in time.
    """
    prepared = sheet(plan)
    each = 1 / max(1.0, latency)
    data = {
        "origin": prepared.origin,
        "timeout": plan.limits.timeout,
        "verifies": plan.trust.verifies,
        "variables": list(prepared.variables),
        **_users(plan, each),
        "goals": [found for goal in goals if (found := _goal(goal))],
        "targets": _targets(prepared),
    }
    return Script(_HEAD + python(data) + _BODY, prepared.variables)


def python(value: object) -> str:
    """Write plain data as a Python literal, whatever it holds."""
    return pformat(value, width=_WIDTH, sort_dicts=False)


def _users(plan: Plan, each: float) -> Mapping[str, object]:
    load = plan.load
    if isinstance(load, ClosedLoad):
        users = load.concurrency
        return {
            "each": 0.0,
            "start_users": users,
            "stages": [(load.seconds, users)],
            "spawn_rate": users,
        }
    return {
        "each": each,
        "start_users": ceil(load.start_rate / each),
        "stages": [(stage.seconds, ceil(stage.rate / each)) for stage in load.stages],
        "spawn_rate": max(1, ceil(load.peak / each)),
    }


def _goal(goal: Goal) -> Mapping[str, object] | None:
    if isinstance(goal, Slo):
        share, limit = float(goal.percent / _WHOLE), goal.limit_us / _MILLISECOND
        return {
            "text": goal.text,
            "metric": Metric.PERCENTILE.value,
            "share": share,
            "comparison": "<=",
            "limit": limit,
        }
    if not isinstance(goal, Threshold):
        return None
    is_time = goal.metric in {Metric.PERCENTILE, Metric.MEAN, Metric.MAX}
    return {
        "text": goal.text,
        "metric": goal.metric.value,
        "share": float(goal.percent / _WHOLE),
        "comparison": goal.comparison,
        "limit": goal.limit / _MILLISECOND if is_time else goal.limit,
    }


def _targets(prepared: Sheet) -> list[Mapping[str, object]]:
    return [
        {
            "name": target.name,
            "weight": target.weight,
            "right": list(target.right),
            "messages": [_message(each) for each in target.messages],
        }
        for target in prepared.targets
    ]


def _message(message: SheetMessage) -> Mapping[str, object]:
    return {
        "method": message.method,
        "path": message.path,
        "headers": list(message.headers),
        "secrets": list(message.secrets),
        "body": message.body,
    }
