"""What a step puts at risk: a closed list of kinds, each with a message that names the object."""

from dataclasses import dataclass
from enum import StrEnum

from server.engines.catalog.identity import Identity


class HazardKind(StrEnum):
    """What may go wrong although the statement succeeds."""

    DATA_LOSS = "data loss"
    """Rows or values are gone afterwards, and no rollback brings them back."""
    CRASH = "crash"
    """Rows are kept, and gone as soon as the server ends otherwise than by a shutdown."""
    ROWS_ADDED = "rows added"
    """There are more rows afterwards, and no rollback takes them out."""
    MAY_FAIL = "may fail"
    """Rows that are there can make the statement fail."""
    BREAKS_CLIENTS = "breaks clients"
    """Programs that run now name something that is gone or means something else."""
    REBUILT = "rebuilt"
    """An object is dropped and created again, and is away in between."""
    AUTHORIZATION = "authorization"
    """Somebody may do more, or less, than before."""
    UNTRACKABLE = "untrackable"
    """What depends on it is written in text that PostgreSQL does not follow."""
    STALE = "stale"
    """What was computed and kept stays as it was, although it would come out otherwise now."""
    LOCK = "lock"
    """Others wait while it runs."""
    REWRITE = "rewrite"
    """A whole table is written anew under a lock."""
    SCAN = "scan"
    """A whole table is read under a lock."""

    @property
    def is_loss(self) -> bool:
        """Whether data is gone then or later, so that a caller must allow it by name."""
        return self in {HazardKind.DATA_LOSS, HazardKind.CRASH}


@dataclass(frozen=True, slots=True)
class Hazard:
    """One risk of one step; `subject` is what a caller names to allow a loss of data."""

    kind: HazardKind
    subject: Identity
    message: str


def data_loss(subject: Identity, message: str) -> Hazard:
    """Return the hazard of losing what `subject` holds."""
    return Hazard(HazardKind.DATA_LOSS, subject, message)
