"""Goals of a run as people write them: `p99<300ms`, `error_rate<1%`, `rate>=500/s`, an SLO."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import ceil
from typing import NoReturn, Self

import numpy as np

from server.engines.loadtest.buckets import indexes_of, lowest_values
from server.engines.loadtest.judgment import Goal, Judgment, Status, unfinished
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.percentiles import samples_needed
from server.engines.loadtest.slo import SLO_FORMS, Slo, is_slo
from server.engines.loadtest.wording import latency, percent, plain
from server.errors import InvalidInputError

FORMS = (
    "p50, p99, p(99.9), mean or max, then <, <=, > or >=, then a time in us, ms or s (p99<300ms); "
    f"error_rate and a percentage (error_rate<1%); rate and a rate (rate>=500/s); {SLO_FORMS}"
)

_WHOLE = 100
_LONGEST = 100  # characters of a value that an error repeats
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_GOAL = re.compile(
    rf"(?:p\(?({_NUMBER})\)?|([a-z_]{{1,20}}))\s*(<=|>=|<|>)\s*({_NUMBER})\s*(us|ms|s|%|/s)"
)
_MICROSECONDS: Mapping[str, int] = {"us": 1, "ms": 1_000, "s": 1_000_000}
_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Metric(StrEnum):
    """What can be held against a limit."""

    PERCENTILE = "percentile"
    MEAN = "mean"
    MAX = "max"
    ERROR_RATE = "error_rate"
    RATE = "rate"


_FROM_BUCKETS = frozenset({Metric.PERCENTILE, Metric.MAX})
_UNITS: Mapping[Metric, frozenset[str]] = {
    Metric.PERCENTILE: frozenset(_MICROSECONDS),
    Metric.MEAN: frozenset(_MICROSECONDS),
    Metric.MAX: frozenset(_MICROSECONDS),
    Metric.ERROR_RATE: frozenset({"%"}),
    Metric.RATE: frozenset({"/s"}),
}


@dataclass(frozen=True, slots=True)
class Threshold:
    """One metric and its limit: times in us, error rates as a share, rates a second.

    `percent` is the percentile meant, for that metric only.
    """

    text: str
    metric: Metric
    comparison: str
    limit: float
    percent: Decimal = Decimal(50)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `p99<300ms`, `p(99.9) <= 1s`, `error_rate<1%`, `rate>=500/s` or `max<2s`.

        Raises:
            InvalidInputError: it is none of these; says which are valid.
        """
        match = _GOAL.fullmatch(text.strip())
        if not match:
            _refuse(text, "it has another form")
        share, name, comparison, number, unit = match.groups()
        metric = _metric(name, text)
        if unit not in _UNITS[metric]:
            _refuse(text, f"{name or 'a percentile'} is not measured in {unit!r}")
        if share and not 0 < Decimal(share) < _WHOLE:
            _refuse(text, f"p{share} is not between 0 and 100; the highest value is max")
        limit = _limit(Decimal(number), unit)
        return cls(text.strip(), metric, comparison, limit, Decimal(share or 50))

    def judge(self, run: Measurement) -> Judgment:
        """Hold a run against the limit."""
        if run.void:
            return Judgment(self.text, Status.VOID, "", run.void)
        count, needed = self._behind(run), self._needed()
        if count < needed:
            reason = f"{count:,} requests are behind it; {needed:,} are needed"
            return Judgment(self.text, Status.INSUFFICIENT, "", reason)
        value = self._value(run)
        if self._holds(value) and not self._holds(self._value(run.at_worst)):
            return Judgment(self.text, Status.INSUFFICIENT, self._worded(value), unfinished(run))
        status = Status.PASSED if self._holds(value) else Status.FAILED
        return Judgment(self.text, status, self._worded(value), f"{count:,} requests")

    def _holds(self, value: float) -> bool:
        """Compare a figure; one from a bucket that holds the limit, too, may be the limit."""
        if self.metric in _FROM_BUCKETS and self.comparison in {"<=", ">"}:
            value = float(lowest_values(indexes_of(np.array([int(value)], np.int64)))[0])
        return _OPERATORS[self.comparison](value, self.limit)

    def _behind(self, run: Measurement) -> int:
        counts_all = self.metric in {Metric.ERROR_RATE, Metric.RATE}
        return run.requests if counts_all else run.latencies.count

    def _needed(self) -> int:
        if self.metric is Metric.PERCENTILE:
            return samples_needed(self.percent)
        if self.metric is Metric.ERROR_RATE:
            # With fewer a single failure more or less would decide.
            return ceil(1 / self.limit) if self.limit else 1
        return 1

    def _value(self, run: Measurement) -> float:
        match self.metric:
            case Metric.PERCENTILE:
                return run.latencies.percentile(self.percent)
            case Metric.MEAN:
                return run.latencies.mean
            case Metric.MAX:
                return run.latencies.highest
            case Metric.ERROR_RATE:
                return run.error_share
            case Metric.RATE:
                return run.rate

    def _worded(self, value: float) -> str:
        match self.metric:
            case Metric.ERROR_RATE:
                return percent(value)
            case Metric.RATE:
                return f"{plain(value)}/s"
            case _:
                return latency(value)


def parse_goal(text: str) -> Goal:
    """Read a threshold or an SLO.

    Raises:
        InvalidInputError: it is neither; says what is valid.
    """
    return Slo.parse(text) if is_slo(text) else Threshold.parse(text)


def _metric(name: str | None, text: str) -> Metric:
    if name is None:
        return Metric.PERCENTILE
    if name not in set(Metric) - {Metric.PERCENTILE}:
        _refuse(text, f"{name!r} is not measured")
    return Metric(name)


def _limit(number: Decimal, unit: str) -> float:
    if unit == "%":
        return float(number / _WHOLE)
    return float(number * _MICROSECONDS.get(unit, 1))


def _refuse(text: str, reason: str) -> NoReturn:
    raise InvalidInputError(
        f"{text[:_LONGEST]!r} is no threshold: {reason}.", next_step=f"Valid: {FORMS}."
    )
