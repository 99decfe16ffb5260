"""A plan as a k6 script: all data in one JSON value, all code the same for every plan."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import ceil, lcm

from server.engines.loadtest.exports.sheet import Script, Sheet, SheetMessage, sheet
from server.engines.loadtest.judgment import Goal
from server.engines.loadtest.plan import ClosedLoad, OpenLoad, Plan
from server.engines.loadtest.slo import Slo
from server.engines.loadtest.thresholds import Metric, Threshold

_MOST_VIRTUAL_USERS = 20_000
_FINEST_RATE = 60  # k6 takes whole numbers a time unit; this many seconds is the longest unit
_MILLISECOND = 1_000  # microseconds
_WHOLE = 100

_HEAD = """\
// A load test, exported from senior-backend. Run it with:  k6 run FILE
//
// k6 measures a request from when a free virtual user sends it. When all are busy, iterations are
// dropped and their waiting is not in the percentiles: look at dropped_iterations first.

import encoding from 'k6/encoding';
import exec from 'k6/execution';
import http from 'k6/http';
import { Rate } from 'k6/metrics';

const PLAN = """

_BODY = """;

export const options = PLAN.options;

const objectives = PLAN.objectives.map((each) => ({
  limit: each.limit,
  good: new Rate(each.metric),
}));

const targets = PLAN.targets.map((target) => ({
  ...target,
  callback: http.expectedStatuses(...target.right),
  messages: target.messages.map(prepared),
}));

const weights = targets.reduce((sum, target) => sum + target.weight, 0);

function prepared(message) {
  const headers = { ...message.headers };
  for (const [name, variable] of message.secrets) {
    headers[name] = __ENV[variable] || '';
  }
  const body = message.encoded === null ? message.text : encoding.b64decode(message.encoded);
  return { ...message, headers, body };
}

function chosen() {
  let rest = Math.random() * weights;
  for (const target of targets) {
    rest -= target.weight;
    if (rest < 0) return target;
  }
  return targets[targets.length - 1];
}

export function setup() {
  const missing = PLAN.variables.filter((name) => !__ENV[name]);
  if (missing.length > 0) {
    exec.test.abort(`set these environment variables: ${missing.join(', ')}`);
  }
}

export default function () {
  const target = chosen();
  const message = target.messages[exec.scenario.iterationInTest % target.messages.length];
  const response = http.request(message.method, message.url, message.body, {
    headers: message.headers,
    redirects: 0,
    responseCallback: target.callback,
    tags: { name: target.name },
    timeout: PLAN.timeout,
  });
  const status = response.status;
  const isRight = target.right.some((run) => run.min <= status && status <= run.max);
  for (const objective of objectives) {
    objective.good.add(isRight && response.timings.duration <= objective.limit);
  }
}
"""


def k6_script(plan: Plan, goals: Iterable[Goal] = (), *, latency: float = 1.0) -> Script:
    """Write a plan as a k6 script with its goals as thresholds.

    `latency` is the response time to expect, in seconds: by Little's law the peak rate times it is
    the number of virtual users to allocate beforehand. k6 has no Poisson arrivals; it sends at
    even distances.
    """
    wanted = list(goals)
    slos = [goal for goal in wanted if isinstance(goal, Slo)]
    prepared = sheet(plan)
    data = {
        "options": {
            "scenarios": {"load": _scenario(plan, latency)},
            "thresholds": _thresholds(wanted, slos),
            "discardResponseBodies": True,
            "insecureSkipTLSVerify": not plan.trust.verifies,
            "noConnectionReuse": not plan.keeps_connections,
            "summaryTrendStats": ["avg", "med", "p(90)", "p(95)", "p(99)", "p(99.9)", "max"],
        },
        "timeout": _milliseconds(plan.limits.timeout),
        "variables": prepared.variables,
        "objectives": [
            {"metric": _name(place), "limit": slo.limit_us / _MILLISECOND}
            for place, slo in enumerate(slos)
        ],
        "targets": _targets(prepared),
    }
    return Script(_HEAD + javascript(data) + _BODY, prepared.variables)


def javascript(value: object) -> str:
    """Write data as a JavaScript literal, in ASCII, that no HTML or script around it can end."""
    return json.dumps(value, indent=2, ensure_ascii=True, allow_nan=False).replace("</", "<\\/")


def _targets(prepared: Sheet) -> list[Mapping[str, object]]:
    return [
        {
            "name": target.name,
            "weight": target.weight,
            "right": [{"min": first, "max": last} for first, last in target.right],
            "messages": [_message(prepared.origin, each) for each in target.messages],
        }
        for target in prepared.targets
    ]


def _message(origin: str, message: SheetMessage) -> Mapping[str, object]:
    text, encoded = _body(message.body)
    return {
        "method": message.method,
        "url": origin + message.path,
        "headers": dict(message.headers),
        "secrets": message.secrets,
        "text": text,
        "encoded": encoded,
    }


def _body(body: bytes) -> tuple[str | None, str | None]:
    """Return a body as text where it is text, else as base64; nothing as neither."""
    if not body:
        return None, None
    try:
        return body.decode(), None
    except UnicodeDecodeError:
        return None, base64.b64encode(body).decode()


def _scenario(plan: Plan, latency: float) -> Mapping[str, object]:
    load = plan.load
    if isinstance(load, ClosedLoad):
        duration = _milliseconds(load.seconds)
        return {"executor": "constant-vus", "vus": load.concurrency, "duration": duration}
    unit, rates = _whole_rates([load.start_rate, *(stage.rate for stage in load.stages)])
    users = {
        "timeUnit": f"{unit}s",
        "preAllocatedVUs": _users(load, latency),
        "maxVUs": _users(load, max(latency, plan.limits.timeout)),
    }
    if len(set(rates)) == 1:
        duration = _milliseconds(load.seconds)
        executor = {"executor": "constant-arrival-rate", "rate": rates[0], "duration": duration}
        return executor | users
    stages = [
        {"target": rate, "duration": _milliseconds(stage.seconds)}
        for rate, stage in zip(rates[1:], load.stages, strict=True)
    ]
    return {"executor": "ramping-arrival-rate", "startRate": rates[0], "stages": stages} | users


def _users(load: OpenLoad, latency: float) -> int:
    return min(_MOST_VIRTUAL_USERS, max(1, ceil(load.peak * latency)))


def _whole_rates(rates: Sequence[float]) -> tuple[int, list[int]]:
    """Return a time unit in seconds in which all rates are whole numbers, and those."""
    exact = [Fraction(str(rate)).limit_denominator(_FINEST_RATE) for rate in rates]
    unit = min(lcm(*(rate.denominator for rate in exact)), _FINEST_RATE)
    return unit, [round(rate * unit) for rate in exact]


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


def _thresholds(goals: Sequence[Goal], slos: Sequence[Slo]) -> Mapping[str, list[str]]:
    thresholds: dict[str, list[str]] = {}
    for goal in goals:
        if isinstance(goal, Threshold):
            metric, expression = _expression(goal)
            thresholds.setdefault(metric, []).append(expression)
    for place, slo in enumerate(slos):
        thresholds[_name(place)] = [f"rate>={slo.percent / _WHOLE}"]
    return thresholds


def _name(place: int) -> str:
    return f"slo_{place + 1}"


def _expression(goal: Threshold) -> tuple[str, str]:
    match goal.metric:
        case Metric.PERCENTILE:
            aggregate, limit = f"p({goal.percent})", goal.limit / _MILLISECOND
        case Metric.MEAN:
            aggregate, limit = "avg", goal.limit / _MILLISECOND
        case Metric.MAX:
            aggregate, limit = "max", goal.limit / _MILLISECOND
        case Metric.ERROR_RATE | Metric.RATE:
            aggregate, limit = "rate", goal.limit
    metric = {Metric.ERROR_RATE: "http_req_failed", Metric.RATE: "http_reqs"}.get(
        goal.metric, "http_req_duration"
    )
    return metric, f"{aggregate}{goal.comparison}{_plain(limit)}"


def _plain(number: float) -> str:
    """Write a number without an exponent."""
    return f"{number:.9f}".rstrip("0").rstrip(".")
