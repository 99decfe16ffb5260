"""What a proof found: what ran, what still differs, and what became of the rows."""

from dataclasses import dataclass, field

from server.engines.migration.proof.course import Course, Failure
from server.engines.migration.proof.residual import Residual
from server.engines.migration.proof.seed.seed import Seeding
from server.engines.migration.proof.survival import Survival


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One plan, run forward and back on a copy of the source that held rows.

    A residual is None where the plan did not get that far.
    """

    version: str
    """Of the server that it ran on, as in `18.6`."""
    forward: Course
    back: Course = field(default_factory=Course)
    forward_residual: Residual | None = None
    back_residual: Residual | None = None
    seeding: Seeding = field(default_factory=Seeding)
    survival: tuple[Survival, ...] = ()
    unexpected: tuple[str, ...] = ()
    """Tables whose rows changed although no step says that it loses data."""
    setbacks: tuple[Failure, ...] = ()
    """What failed on rows of another kind, before these were tried: other data can stop it."""
    notes: tuple[str, ...] = ()
    stopped: str = ""
    """The limit at which the proof was ended; what it holds is what was found by then."""

    @property
    def failure(self) -> Failure | None:
        """What ended the plan, on the way there or back."""
        return self.forward.failure or self.back.failure

    @property
    def is_proven(self) -> bool:
        """Whether it leads there and back without a failure, a difference or a silent loss."""
        residuals = (self.forward_residual, self.back_residual)
        return (
            self.forward.failure is None
            and self.back.failure is None
            and all(each is not None and each.is_empty for each in residuals)
            and not self.unexpected
            and not self.stopped
        )
