"""The axes of a load test's charts: from where to where, and which marks a reader looks for."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, floor, log, log10
from typing import Final, Self

from server.engines.loadtest.wording import latency, plain

_MOST_LATENCIES: Final = 10  # marks that a chart's height has room for
_MOST_RATES: Final = 5
_MOST_TIMES: Final = 9
_STEPS: Final = tuple(digit * 10**power for power in range(10) for digit in (1, 2, 5))
_MINUTE: Final = 60
_HOUR: Final = 3_600
_SPANS: Final = (1, 2, 5, 10, 15, 30, *(_MINUTE * each for each in (1, 2, 5, 10, 20, 30)))
_CHANGES: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 9.0, 99.0)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Values from `low` to `high`; a logarithmic one gives each factor the same room."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    is_logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where a value stands, from 0 to 1; what lies outside stands at the edge."""
        within = min(max(value, self.low), self.high)
        if self.is_logarithmic:
            return log(within / self.low) / log(self.high / self.low)
        return (within - self.low) / (self.high - self.low)

    def with_at_most(self, count: int) -> Self:
        """Return the axis with every second, third, ... tick, so that at most `count` are left."""
        return replace(self, ticks=self.ticks[:: ceil(len(self.ticks) / count) or 1])


def latency_axis(values_us: Iterable[float]) -> Axis:
    """Return a logarithmic axis around latencies in us, with marks at 1, 2 and 5."""
    values = [max(each, 1.0) for each in values_us] or [1.0]
    # One step is always left above the first.
    first = max(at for at, step in enumerate(_STEPS[:-1]) if step <= min(values))
    last = next((at for at, step in enumerate(_STEPS) if step >= max(values)), len(_STEPS) - 1)
    used = _STEPS[first : max(last, first + 1) + 1]
    shown = used if len(used) <= _MOST_LATENCIES else [s for s in used if log10(s).is_integer()]
    ticks = tuple(Tick(step, latency(step)) for step in shown)
    return Axis(used[0], used[-1], ticks, is_logarithmic=True)


def percentile_axis(count: int) -> Axis:
    """Return the axis of an HDR plot: how many values there are for one that is higher.

    The 90th percentile stands at 10, the 99th at 100: what is rare gets as much room as what is
    common. It ends where a single one of `count` values is left.
    """
    decades = max(1, ceil(log10(count)) if count else 1)
    ticks = tuple(Tick(10.0**power, _percentile(power)) for power in range(decades + 1))
    high = max(10.0, float(count))
    return Axis(1.0, high, tuple(tick for tick in ticks if tick.value <= high), is_logarithmic=True)


def _percentile(power: int) -> str:
    """Return the percentile that one of 10^power values exceeds."""
    share = 1 - Decimal(10) ** -power
    return f"{(100 * share).normalize():f} %"


def time_axis(seconds: float) -> Axis:
    """Return the axis of a run's time."""
    whole = (*_SPANS, *(_HOUR * hours for hours in (1, 2, 4, 8, 12, 24, 48)))
    step = next((each for each in whole if seconds / each < _MOST_TIMES), whole[-1])
    ticks = tuple(Tick(at, _time(at, step)) for at in range(0, int(seconds) + 1, step))
    return Axis(0.0, max(seconds, 1.0), ticks)


def _time(at: int, step: int) -> str:
    for size, unit in ((_HOUR, "h"), (_MINUTE, "min")):
        if step % size == 0:
            return f"{at // size} {unit}"
    return f"{at} s"


def rate_axis(highest: float) -> Axis:
    """Return an axis from 0 to a round number above the highest rate."""
    wanted = max(highest, 1.0) / _MOST_RATES
    power = 10.0 ** floor(log10(wanted))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= wanted)
    count = ceil(max(highest, 1.0) / step)
    ticks = tuple(Tick(step * at, plain(step * at)) for at in range(count + 1))
    return Axis(0.0, step * count, ticks)


def climb_axis(rates: Iterable[float]) -> Axis:
    """Return a logarithmic axis around rising rates, with marks at 1, 2 and 5."""
    values = [each for each in rates if each > 0] or [1.0]
    low, high = min(values), max(values)
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    round_ones = [digit * 10.0**power for power in decades for digit in (1, 2, 5)]
    inside = [each for each in round_ones if low <= each <= high]
    ticks = tuple(Tick(each, f"{plain(each)}/s") for each in inside or (low,))
    return Axis(low, max(high, low * 1.1), ticks, is_logarithmic=True)


def change_axis(ratios: Iterable[float]) -> Axis:
    """Return a logarithmic axis of ratios around 1, as wide to both sides, marked in percent."""
    farthest = max((max(each, 1 / each) for each in ratios if each > 0), default=1.0) - 1
    wide = next((each for each in _CHANGES if each >= farthest), _CHANGES[-1])
    halves = (1 + wide, 1 + wide / 2)
    marks = (*(1 / each for each in halves), 1.0, *reversed(halves))
    ticks = tuple(
        Tick(mark, "equal" if mark == 1 else f"{100 * (mark - 1):+.0f} %") for mark in marks
    )
    return Axis(1 / (1 + wide), 1 + wide, ticks, is_logarithmic=True)
