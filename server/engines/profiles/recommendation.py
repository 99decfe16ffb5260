"""From answers and profiles to a recommendation: the engine's one function."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.engines.profiles.answers import Answers
from server.engines.profiles.brief import Brief
from server.engines.profiles.capacity import Figure, capacity
from server.engines.profiles.choices import Sensitivity
from server.engines.profiles.profile import Profile
from server.engines.profiles.ranking import Candidate, RunnerUp, rank, runner_up
from server.engines.profiles.targets import Targets, targets
from server.engines.profiles.warnings import warnings
from server.errors import UnavailableError

_OFFICERS = {
    Sensitivity.PII: "Data protection officer",
    Sensitivity.PHI: "HIPAA security official",
    Sensitivity.PCI: "PCI compliance owner",
}


@dataclass(frozen=True, slots=True)
class Approval:
    """A kind of change and who must agree to it, in order."""

    change: str
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The best profile for a brief with everything that follows from it; it approves nothing."""

    brief: Brief
    ranked: tuple[Candidate, ...]
    runner_up: RunnerUp | None
    targets: Targets
    capacity: tuple[Figure, ...]
    warnings: tuple[str, ...]
    approvals: tuple[Approval, ...]

    @property
    def best(self) -> Candidate:
        """The candidate that comes first."""
        return self.ranked[0]

    @property
    def profile(self) -> Profile:
        """The recommended profile."""
        return self.best.profile

    @property
    def open_questions(self) -> tuple[str, ...]:
        """What was not answered, one line a question."""
        return tuple(
            f"{question.id} {question.title}: "
            f"{', '.join(question.unanswered(self.brief.answers))} not stated. {question.question}"
            for question in self.brief.open_questions
        )

    @property
    def is_complete(self) -> bool:
        """Tell whether every question is settled."""
        return not self.brief.open_questions


def recommend(answers: Answers, profiles: Sequence[Profile]) -> Recommendation:
    """Return the profile that fits best, or refuse.

    Raises:
        RefusedError: a kill criterion trips.
        InvalidInputError: an indispensable answer is missing.
    """
    brief = Brief.of(answers)
    if not profiles:
        raise UnavailableError("There is no profile to recommend.")
    ranked = rank(answers, profiles)
    best = ranked[0]
    aims = targets(answers, best.profile.thresholds)
    return Recommendation(
        brief=brief,
        ranked=ranked,
        runner_up=runner_up(ranked),
        targets=aims,
        capacity=capacity(brief, aims, best.profile.sizing),
        warnings=warnings(brief, best, aims),
        approvals=_approvals(best.profile, brief.sensitivity),
    )


def _approvals(profile: Profile, sensitivity: Sensitivity) -> tuple[Approval, ...]:
    chains = profile.approvers
    officer = (_OFFICERS[sensitivity],) if sensitivity in _OFFICERS else ()
    return (
        Approval("stack change", chains.stack_change),
        Approval("schema migration", (*chains.schema_migration, *officer)),
        Approval("external service", (*chains.external_service, *officer)),
    )
