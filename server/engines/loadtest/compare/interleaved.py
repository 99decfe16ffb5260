"""Two sides measured in turns, so that whatever the machine does happens to both."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log

from server.engines.loadtest.compare.cautions import failing, left_out, too_few_for
from server.engines.loadtest.compare.effect import Effect
from server.engines.loadtest.compare.metrics import Metric, measurable
from server.engines.loadtest.compare.verdict import (
    DEFAULT_RULES,
    Comparison,
    Rules,
    Verdict,
    findings,
    overall,
)
from server.engines.loadtest.measurement import Measurement
from server.errors import InvalidInputError

FEWEST_PAIRS = 6
GOOD_PAIRS = 10
LABEL = "interleaved pairs"


class Side(StrEnum):
    """Whose turn it is."""

    FIRST = "first"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Pair:
    """A segment of each side, measured one right after the other."""

    first: Measurement
    second: Measurement

    @property
    def is_usable(self) -> bool:
        """Whether neither is void, and both had an answer as expected."""
        return all(not each.void and each.ok for each in (self.first, self.second))


def turns(pairs: int) -> tuple[Side, ...]:
    """Return whose turn it is, segment by segment: ABBA, in which a steady drift cancels out.

    Raises:
        InvalidInputError: there are too few pairs for any verdict.
    """
    if pairs < FEWEST_PAIRS:
        raise InvalidInputError(
            f"{pairs} pairs of segments are too few to compare.",
            next_step=f"Give at least {FEWEST_PAIRS}; {GOOD_PAIRS} or more find smaller changes.",
        )
    both = (Side.FIRST, Side.SECOND)
    return tuple(side for pair in range(pairs) for side in (both if pair % 2 == 0 else both[::-1]))


def compare(segments: Sequence[Measurement], rules: Rules = DEFAULT_RULES) -> Comparison:
    """Compare two sides by segments in the order of `turns`, an even number of them.

    A pair with a void segment is left out; when fewer than `FEWEST_PAIRS` remain, all is void.

    Raises:
        InvalidInputError: there were too few pairs from the start.
    """
    pairs = _paired(segments)
    usable = [pair for pair in pairs if pair.is_usable]
    notes = left_out(len(pairs), len(usable))
    if len(usable) < FEWEST_PAIRS:
        return Comparison(Verdict.VOID, (), LABEL, notes)
    firsts, seconds = [pair.first for pair in usable], [pair.second for pair in usable]
    metrics, missing = measurable((*firsts, *seconds))
    found = findings({metric: _effect(metric, usable) for metric in metrics}, rules)
    notes = (*notes, *too_few_for(missing), *failing(firsts, seconds))
    return Comparison(overall(found), found, LABEL, notes)


def _paired(segments: Sequence[Measurement]) -> list[Pair]:
    order = turns(len(segments) // 2)
    return [
        Pair(
            *(segments[at : at + 2] if order[at] is Side.FIRST else segments[at + 1 : at - 1 : -1])
        )
        for at in range(0, len(order), 2)
    ]


def _effect(metric: Metric, pairs: Sequence[Pair]) -> Effect:
    return Effect.of_pairs(
        [log(metric.value(pair.second) / metric.value(pair.first)) for pair in pairs]
    )
