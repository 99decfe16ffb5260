"""A service level objective and its error budget: how much of it a run would burn."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from server.engines.loadtest.judgment import Judgment, Status, unfinished
from server.engines.loadtest.measurement import Measurement
from server.engines.loadtest.percentiles import samples_needed
from server.engines.loadtest.wording import percent, plain
from server.errors import InvalidInputError

SLO_FORMS = (
    "slo: with the share of requests that must be answered as expected within a time, over a "
    "window in h or d (slo: 99.9% < 250ms over 30d)"
)

_LONGEST = 100  # characters of a value that an error repeats
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_SLO = re.compile(
    rf"slo:\s*({_NUMBER})\s*%\s*<=?\s*({_NUMBER})\s*(us|ms|s)\s+over\s+([0-9]{{1,4}})\s*(h|d)"
)
_MICROSECONDS: Mapping[str, int] = {"us": 1, "ms": 1_000, "s": 1_000_000}
_SECONDS: Mapping[str, int] = {"h": 3_600, "d": 86_400}
_WHOLE = 100
_DAY = 86_400


def is_slo(text: str) -> bool:
    """Tell whether a goal is written as an SLO."""
    return text.lstrip().startswith("slo:")


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """What the SLO allows to go wrong, and how fast a run burned it.

    A burn rate of 1 uses the budget up exactly at the end of the window (Beyer et al., The Site
    Reliability Workbook, 2018, chapter 5).
    """

    bad: int
    requests: int
    allowed_share: float
    window_seconds: float
    run_seconds: float

    @property
    def bad_share(self) -> float:
        """The share of requests that failed or were late, from 0 to 1."""
        return self.bad / self.requests

    @property
    def burn_rate(self) -> float:
        """How many times faster than allowed the budget was burned."""
        return self.bad_share / self.allowed_share

    @property
    def burned(self) -> float:
        """The share of the window's budget that the run used up, at the window's mean load."""
        return self.burn_rate * self.run_seconds / self.window_seconds

    @property
    def lasts_seconds(self) -> float | None:
        """How long the budget lasts at this burn rate; None when nothing was bad."""
        return self.window_seconds / self.burn_rate if self.bad else None


@dataclass(frozen=True, slots=True)
class Slo:
    """`percent` of requests answered as expected within `limit_us`, over `window_seconds`."""

    text: str
    percent: Decimal
    limit_us: int
    window_seconds: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `slo: 99.9% < 250ms over 30d`.

        Raises:
            InvalidInputError: it has another form; says which is valid.
        """
        match = _SLO.fullmatch(text.strip())
        if not match or not 0 < Decimal(match[1]) < _WHOLE or not int(match[4]):
            raise InvalidInputError(
                f"{text[:_LONGEST]!r} is no SLO.",
                next_step=f"Valid: {SLO_FORMS}; the share lies between 0 and 100 %.",
            )
        limit = Decimal(match[2]) * _MICROSECONDS[match[3]]
        window = int(match[4]) * _SECONDS[match[5]]
        return cls(text.strip(), Decimal(match[1]), int(limit), window)

    def budget(self, run: Measurement) -> ErrorBudget:
        """Return what a run burned; it must have at least one request."""
        allowed = float(1 - self.percent / _WHOLE)
        bad = run.requests - run.good.count_at_most(self.limit_us)
        return ErrorBudget(bad, run.requests, allowed, self.window_seconds, run.seconds)

    def judge(self, run: Measurement) -> Judgment:
        """Hold a run against the objective: the budget burns no faster than the window allows."""
        if run.void:
            return Judgment(self.text, Status.VOID, "", run.void)
        needed = samples_needed(self.percent)
        if run.requests < needed:
            reason = f"{run.requests:,} requests are behind it; {needed:,} are needed"
            return Judgment(self.text, Status.INSUFFICIENT, "", reason)
        budget = self.budget(run)
        if budget.burn_rate <= 1 < self.budget(run.at_worst).burn_rate:
            share = percent(1 - budget.bad_share)
            return Judgment(self.text, Status.INSUFFICIENT, share, unfinished(run))
        status = Status.PASSED if budget.burn_rate <= 1 else Status.FAILED
        return Judgment(self.text, status, percent(1 - budget.bad_share), _explained(budget))


def _explained(budget: ErrorBudget) -> str:
    text = (
        f"{budget.bad:,} of {budget.requests:,} requests failed or were late, "
        f"{percent(budget.bad_share)}; {percent(budget.allowed_share)} are allowed: "
        f"burn rate {plain(budget.burn_rate)}"
    )
    if budget.lasts_seconds is None:
        return text
    return f"{text}, the budget would last {_span(budget.lasts_seconds)}"


def _span(seconds: float) -> str:
    if seconds >= _DAY:
        return f"{plain(seconds / _DAY, places=1)} d"
    return f"{plain(seconds / _SECONDS['h'], places=1)} h"
