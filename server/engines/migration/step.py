"""The steps of a plan, and the segments that they run in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from server.engines.catalog.identity import Identity
from server.engines.migration.action import Mode
from server.engines.migration.hazard import Hazard


class Verb(StrEnum):
    """What a step does to its subject."""

    CREATE = "create"
    ALTER = "alter"
    DROP = "drop"
    FINISH = "finish"
    """The second stage of a creation: validation, attachment."""
    PREPARE = "prepare"
    """What is made ready beside the old form, which programs use until it gives way."""
    RENAME = "rename"


class LockMode(StrEnum):
    """PostgreSQL's table locks, from the weakest to the strongest."""

    ACCESS_SHARE = "ACCESS SHARE"
    ROW_SHARE = "ROW SHARE"
    ROW_EXCLUSIVE = "ROW EXCLUSIVE"
    SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
    SHARE = "SHARE"
    SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
    EXCLUSIVE = "EXCLUSIVE"
    ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"

    @property
    def strength(self) -> int:
        """The place in the order, from 0 for the weakest."""
        return list(LockMode).index(self)

    @property
    def waits(self) -> str:
        """Who waits while it is held, in plain words; empty where only other DDL does."""
        match self:
            case LockMode.ACCESS_EXCLUSIVE:
                return "reads and writes wait"
            case LockMode.EXCLUSIVE | LockMode.SHARE_ROW_EXCLUSIVE | LockMode.SHARE:
                return "writes wait"
            case _:
                return ""


class Evidence(StrEnum):
    """How the facts about a step are known."""

    OBSERVED = "observed"
    """Seen on a clone while the statement ran."""
    FIXED = "fixed facts"
    """Measured before: the statement cannot be watched inside a transaction."""


Number = tuple[int, int]
"""What PostgreSQL knows a relation by, or a column of it, where 0 is none: oid and attnum."""


@dataclass(frozen=True, slots=True)
class Writes:
    """How many rows of one relation a statement put in, changed and took out."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def is_none(self) -> bool:
        """Whether it left all rows alone."""
        return not (self.inserted or self.updated or self.deleted)


@dataclass(frozen=True, slots=True)
class Observation:
    """What one statement did to the relations that were there before it."""

    locks: Mapping[str, LockMode] = field(default_factory=dict[str, LockMode])
    """The strongest lock on each relation, by `schema.name`, indexes among them."""
    rewritten: frozenset[str] = frozenset()
    """Relations that got a new file."""
    scanned: frozenset[str] = frozenset()
    """Tables that were read from the first row to the last."""
    milliseconds: float = 0.0
    """How long it took on the clone, whose tables are nearly empty."""
    evidence: Evidence = Evidence.OBSERVED
    gone: frozenset[Number] = frozenset()
    """Relations and columns that were there before the plan, and are not any more."""
    writes: Mapping[int, Writes] = field(default_factory=dict[int, Writes])
    """The rows that it wrote in relations that were there before the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One statement of a plan, without its semicolon."""

    sql: str
    verb: Verb
    subject: Identity
    mode: Mode = Mode.TRANSACTIONAL
    hazards: tuple[Hazard, ...] = ()
    phase: int = 1
    """Deploys come between phases: what the next one takes away is no longer used."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Steps that are committed together; one outside a transaction stands alone."""

    steps: tuple[Step, ...]

    @property
    def is_transactional(self) -> bool:
        """Whether BEGIN and COMMIT stand around it."""
        return self.steps[0].mode is not Mode.OUTSIDE

    @property
    def phase(self) -> int:
        """The phase that its steps belong to."""
        return self.steps[0].phase


def segments(steps: Iterable[Step]) -> tuple[Segment, ...]:
    """Cut the steps where a transaction has to end, and nowhere else."""
    return tuple(Segment(tuple(part)) for part in _parts(tuple(steps)))


def _parts(steps: tuple[Step, ...]) -> Iterator[list[Step]]:
    part: list[Step] = [*steps[:1]]
    for before, step in pairwise(steps):
        if _is_cut(before, step):
            yield part
            part = []
        part.append(step)
    if part:
        yield part


def _is_cut(before: Step, step: Step) -> bool:
    return (
        before.phase != step.phase
        or Mode.OUTSIDE in {before.mode, step.mode}
        or before.mode in {Mode.COMMITTED, Mode.ALONE}
        or step.mode in {Mode.FRESH, Mode.ALONE}
    )
