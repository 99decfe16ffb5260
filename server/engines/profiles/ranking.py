"""Scoring and ranking: every profile against one set of answers, each term shown."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.engines.profiles.answers import Answers
from server.engines.profiles.constraints import Constraint, Verdict
from server.engines.profiles.profile import Profile

RUNNER_UP_PERCENT = 15
NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True)
class ScoredTerm:
    """One term of a score: `points` out of `weight` for what was stated."""

    factor: str
    stated: str
    weight: int
    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile with its score, from 0 to 100, and the constraints that do not hold."""

    profile: Profile
    terms: tuple[ScoredTerm, ...]
    failed: tuple[Constraint, ...]
    unverified: tuple[Constraint, ...]

    @property
    def score(self) -> float:
        """The sum of the points."""
        return round(sum(term.points for term in self.terms), 1)


@dataclass(frozen=True, slots=True)
class RunnerUp:
    """The second candidate, close enough to be a choice, and what choosing it trades."""

    candidate: Candidate
    trade_off: str


def rank(answers: Answers, profiles: Iterable[Profile]) -> tuple[Candidate, ...]:
    """Order the profiles: fewest failed constraints, then highest score, then name."""
    return tuple(
        sorted(
            (assess(profile, answers) for profile in profiles),
            key=lambda each: (len(each.failed), -each.score, each.profile.name),
        )
    )


def assess(profile: Profile, answers: Answers) -> Candidate:
    """Score one profile."""
    verdicts = [(each, each.verdict(answers)) for each in profile.constraints]
    return Candidate(
        profile,
        terms=tuple(
            ScoredTerm(
                factor=term.factor,
                stated=term.stated(answers) or NOT_STATED,
                weight=term.weight,
                points=round(term.points(answers), 1),
                reason=term.reason,
            )
            for term in profile.terms
        ),
        failed=tuple(each for each, verdict in verdicts if verdict is Verdict.FAILED),
        unverified=tuple(each for each, verdict in verdicts if verdict is Verdict.OPEN),
    )


def runner_up(ranked: tuple[Candidate, ...]) -> RunnerUp | None:
    """Return the second candidate if it fits as well and scores within 15 % of the best."""
    best, *others = ranked
    if not others:
        return None
    second = others[0]
    is_close = second.score >= best.score * (1 - RUNNER_UP_PERCENT / 100)
    if len(second.failed) > len(best.failed) or not is_close:
        return None
    return RunnerUp(second, _trade_off(best, second))


def _trade_off(best: Candidate, second: Candidate) -> str:
    mine, theirs = _shares(best), _shares(second)
    shared = [factor for factor in mine if factor in theirs]
    gains = ", ".join(factor for factor in shared if theirs[factor] > mine[factor])
    losses = ", ".join(factor for factor in shared if theirs[factor] < mine[factor])
    was, now = best.profile.thresholds.p99_ms, second.profile.thresholds.p99_ms
    return (
        f"{second.profile.trade_off} It fits better on {gains or 'no shared term'} and worse on "
        f"{losses or 'none'}; its p99 target is {now:g} ms instead of {was:g} ms."
        f"{_undecided(best, second)}"
    )


def _shares(candidate: Candidate) -> dict[str, float]:
    return {term.factor: term.points / term.weight for term in candidate.terms}


def _undecided(best: Candidate, second: Candidate) -> str:
    terms = (*best.terms, *second.terms)
    open_factors = dict.fromkeys(term.factor for term in terms if term.stated == NOT_STATED)
    if not open_factors:
        return ""
    return f" Stating {', '.join(open_factors)} may decide between the two."
