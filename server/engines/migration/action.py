"""One statement that a kind asks for, how it has to run, and what it puts at risk."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from server.engines.migration.hazard import Hazard


class Mode(StrEnum):
    """How a statement stands to transactions."""

    TRANSACTIONAL = "transactional"
    """Runs in one transaction with its neighbors."""
    FRESH = "fresh"
    """Begins a transaction: what came before it must have given up its locks."""
    COMMITTED = "committed"
    """Ends a transaction: what follows may use it only when it is committed."""
    ALONE = "alone"
    """A transaction of its own: a long look at rows keeps no lock for what comes next."""
    OUTSIDE = "outside"
    """PostgreSQL refuses it inside a transaction."""


@dataclass(frozen=True, slots=True)
class Action:
    """One statement, without its semicolon."""

    sql: str
    mode: Mode = Mode.TRANSACTIONAL
    hazards: tuple[Hazard, ...] = ()


def plain(*statements: str) -> tuple[Action, ...]:
    """Return actions without risks, to be run in this order."""
    return tuple(Action(sql) for sql in statements)


def risky(statements: Iterable[str], *hazards: Hazard) -> tuple[Action, ...]:
    """Return actions of which the first carries the risks."""
    return tuple(
        Action(sql, hazards=hazards if number == 0 else ()) for number, sql in enumerate(statements)
    )
