"""What happened when the statements of a plan ran, one after the other."""

from dataclasses import dataclass

from server.engines.migration.step import Observation

_DATA_CLASSES = frozenset(("22", "23"))
_DENIED = "42501"
# The server's own trouble: shut down, out of memory or disk, broken.
_SERVERS_CLASSES = frozenset(("53", "57", "58", "XX"))


@dataclass(frozen=True, slots=True)
class Failure:
    """The statement that ended a run; `step` counts from 0 through all that segments hold.

    `number` is the place among the plan's own steps, from 1, which people count by. `sqlstate` is
    empty where we refused the statement, or the session ended.
    """

    step: int
    number: int
    sql: str
    message: str
    sqlstate: str = ""
    is_on_way_back: bool = False

    @property
    def is_about_rows(self) -> bool:
        """Whether other rows could have let it pass."""
        return self.sqlstate[:2] in _DATA_CLASSES

    @property
    def may_be_about_rows(self) -> bool:
        """Whether that is possible: code that reads a value may say anything, as a cast does."""
        is_denied = self.sqlstate == _DENIED
        return bool(self.sqlstate) and not is_denied and self.sqlstate[:2] not in _SERVERS_CLASSES

    def is_like(self, other: "Failure | None") -> bool:
        """Whether the same statement failed for the same kind of reason."""
        return other is not None and (self.step, self.sqlstate) == (other.step, other.sqlstate)

    def __str__(self) -> str:
        state = f" ({self.sqlstate})" if self.sqlstate else ""
        where = " of the way back" if self.is_on_way_back else ""
        return f"step {self.number}{where} failed: {self.message}{state}"


@dataclass(frozen=True, slots=True)
class Course:
    """One run of a plan: an observation for each step that ran, in order.

    `split_at` are the steps before which a transaction was committed although their segment does
    not say so: a superuser had to run something then or there, from a session of its own.
    """

    observations: tuple[Observation, ...] = ()
    failure: Failure | None = None
    split_at: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    boundaries: tuple[str, ...] = ()
    """The fingerprint of the schema after each segment, where that was asked for."""
