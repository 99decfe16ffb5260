"""Why an application stopped: the first failure, with all that a caller needs to go on or back."""

from dataclasses import dataclass

from server.engines.migration.apply.blockers import Blocker
from server.engines.migration.apply.patience import RETRIED
from server.engines.migration.fill_in import settings_read
from server.engines.migration.step import Step
from server.errors import BackendError

_LONGEST = 300
_TIMED_OUT = "57014"
_UNDEFINED = "42704"
_NOTHING_LEFT = " The failed segment left nothing behind."


class StoppedError(BackendError):
    """The plan stopped; names what is applied, what is not, and how to go on or back."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A step that failed; `leftover` is what it left behind, empty for nothing."""

    step: Step
    message: str
    sqlstate: str = ""
    attempts: int = 1
    blockers: tuple[Blocker, ...] = ()
    leftover: str = ""

    @property
    def reason(self) -> str:
        """What the server said, and who was in the way."""
        state = f" ({self.sqlstate})" if self.sqlstate else ""
        tries = f" in {self.attempts} attempts" if self.attempts > 1 else ""
        who = "; in the way: " + "; ".join(map(str, self.blockers)) if self.blockers else ""
        return f"{self.message}{state}{tries}{who}{self.leftover}"

    @property
    def advice(self) -> str:
        """What to do about this kind of failure."""
        if self.sqlstate in RETRIED:
            return "Let the sessions in the way end, or come at a quieter time"
        if self.sqlstate == _UNDEFINED and settings_read([self.step.sql]):
            return (
                "Let ALTER ROLE … SET give it to the role that applies the plan, until that is done"
            )
        if self.sqlstate == _TIMED_OUT:
            return "Find out who ended the statement, or what made it slow"
        return "Remove the cause"


def stopped(failure: Failure, *, done: int, total: int, direction: str) -> StoppedError:
    """Return the error; `done` of `total` segments are applied, the next one failed."""
    sql = " ".join(failure.step.sql.split())
    shown = sql if len(sql) <= _LONGEST else f"{sql[:_LONGEST]}... ({len(sql)} characters)"
    applied = f"Segments 1 to {done} of {total} are applied" if done else "Nothing is applied"
    rest = f"segments {done + 1} to {total} are not" if total > done + 1 else "the last is not"
    return StoppedError(
        f"Stopped in segment {done + 1} of {total} ({direction}): {failure.reason}\n"
        f"Statement: {shown}\n"
        f"{applied}; {rest}.{_NOTHING_LEFT if not failure.leftover else ''}",
        next_step=f"{failure.advice}, then call apply_migration again: it goes on with segment "
        f"{done + 1}.{_way_back(done, direction)}",
    )


def _way_back(done: int, direction: str) -> str:
    if not done:
        return " The database is as it was."
    if direction == "back":
        return " To go forward again, finish the way back first."
    return (
        " To go back instead, have generate_migration write a plan from this database to the "
        "plan's source; the plan's own way back starts where all of it is applied."
    )
