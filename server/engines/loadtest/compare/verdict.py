"""From effects to words: faster, slower, no difference shown, too noisy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log1p

from server.engines.loadtest.compare.effect import Effect, Interval
from server.engines.loadtest.compare.metrics import Metric
from server.engines.loadtest.inference.holm import holm
from server.engines.loadtest.wording import change, percent


class Verdict(StrEnum):
    """What may be said of the second side against the first."""

    FASTER = "faster"
    SLOWER = "slower"
    MIXED = "faster in some figures, slower in others"
    NO_DIFFERENCE = "no difference shown"
    TOO_NOISY = "too noisy"
    VOID = "void"
    """The generator was the limit too often."""


@dataclass(frozen=True, slots=True)
class Rules:
    """When a difference counts.

    `level` bounds the probability of any false alarm in a comparison of equal sides. A change
    below `practical` is not worth a word, even if it is sure. A comparison that could not have
    shown a change of `too_noisy` says nothing.
    """

    level: float = 0.05
    practical: float = 0.05
    too_noisy: float = 0.25


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one metric.

    `probability` is that of a false alarm, corrected for the number of metrics;
    `smallest_shown` the smallest change that would have been found 4 times in 5.
    """

    metric: str
    verdict: Verdict
    interval: Interval
    probability: float
    smallest_shown: float
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The verdict on the second side against the first, metric by metric.

    `label` says how it was measured; `cautions` what a reader must know before believing it.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    label: str
    cautions: tuple[str, ...] = ()


DEFAULT_RULES = Rules()


def findings(effects: Mapping[Metric, Effect], rules: Rules = DEFAULT_RULES) -> tuple[Finding, ...]:
    """Decide on each metric, with one promise about all of them together."""
    probabilities = holm([effect.probability for effect in effects.values()])
    return tuple(
        _finding(metric, effect, probability, _Bar(rules, len(effects)))
        for (metric, effect), probability in zip(effects.items(), probabilities, strict=True)
    )


def overall(found: Sequence[Finding]) -> Verdict:
    """Return what may be said of all metrics at once: the weakest where nothing was decided."""
    verdicts = {finding.verdict for finding in found}
    decided = verdicts & {Verdict.FASTER, Verdict.SLOWER}
    if len(decided) > 1:
        return Verdict.MIXED
    if decided:
        return decided.pop()
    return Verdict.TOO_NOISY if Verdict.TOO_NOISY in verdicts else Verdict.NO_DIFFERENCE


@dataclass(frozen=True, slots=True)
class _Bar:
    """The rules, and how many metrics share the promise."""

    rules: Rules
    metrics: int


def _finding(metric: Metric, effect: Effect, probability: float, bar: _Bar) -> Finding:
    smallest = effect.smallest_shown(bar.rules.level / bar.metrics)
    verdict, reason = _judged(metric, effect, probability, bar)
    interval = effect.interval(1 - bar.rules.level)
    return Finding(metric.name, verdict, interval, probability, smallest, reason)


def _judged(metric: Metric, effect: Effect, probability: float, bar: _Bar) -> tuple[Verdict, str]:
    rules, worded = bar.rules, change(effect.ratio)
    smallest = effect.smallest_shown(rules.level / bar.metrics)
    if probability < rules.level:
        if abs(effect.log_ratio) < log1p(rules.practical):
            reason = f"{worded} is sure, but below the {percent(rules.practical)} that matter"
            return Verdict.NO_DIFFERENCE, reason
        is_faster = (effect.log_ratio > 0) is metric.more_is_faster
        return (Verdict.FASTER if is_faster else Verdict.SLOWER), worded
    if smallest > rules.too_noisy:
        reason = f"only a change of {percent(smallest)} or more would have been found"
        return Verdict.TOO_NOISY, reason
    return Verdict.NO_DIFFERENCE, f"a change of {percent(smallest)} would have been found"
