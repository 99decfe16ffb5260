"""What a step did on the clone, and what that means for everybody else."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.proof.course import Course
from server.engines.migration.rendering import is_setting
from server.engines.migration.step import Evidence, LockMode, Observation, Segment, Step

_HOLDS_ROWS = frozenset({"table", "materialized_view"})
_RELATIONS = ("table", "view", "materialized_view", "foreign_table", "index", "sequence")


@dataclass(frozen=True, slots=True)
class Effect:
    """One step with what was observed, limited to relations that somebody may be using."""

    step: Step
    locks: tuple[tuple[str, LockMode], ...] = ()
    """The strongest lock on each relation, the strongest first."""
    rewritten: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    milliseconds: float = 0.0
    evidence: Evidence = Evidence.OBSERVED

    @property
    def lock(self) -> tuple[str, LockMode] | None:
        """The strongest lock of all, and the relation that it is on."""
        return self.locks[0] if self.locks else None

    @property
    def hazards(self) -> tuple[Hazard, ...]:
        """The risks that the statement has by its nature, and those that were observed."""
        return (*self.step.hazards, *self._observed())

    def _observed(self) -> Iterator[Hazard]:
        blocking = [(name, mode) for name, mode in self.locks if mode.waits]
        for name, mode in blocking:
            message = f"takes {mode} on {name}: {mode.waits} until it commits"
            yield _hazard(HazardKind.LOCK, name, message)
        for name in self.rewritten:
            yield _hazard(HazardKind.REWRITE, name, f"writes all of {name} anew")
        for name in self.scanned if blocking else ():
            yield _hazard(HazardKind.SCAN, name, f"reads all of {name} while others wait")


def _hazard(kind: HazardKind, name: str, message: str) -> Hazard:
    return Hazard(kind, Identity("relation", tuple(name.split(".", 1))), message)


def relations(*catalogs: Catalog) -> Mapping[str, str]:
    """Return the kinds of the relations that somebody may be using, by `schema.name`."""
    return {
        ".".join(identity.names): identity.kind
        for catalog in catalogs
        for identity in catalog.facts
        if identity.kind in _RELATIONS
    }


def effect(step: Step, seen: Observation, known: Mapping[str, str]) -> Effect:
    """Return what a step means for relations that were there before the plan."""
    held = [(name, mode) for name, mode in seen.locks.items() if name in known]
    # That of an index says nothing new where its table is locked as well.
    telling = [lock for lock in held if known[lock[0]] != "index"] or held
    locks = sorted(telling, key=lambda lock: (-lock[1].strength, lock[0]))
    return Effect(
        step,
        tuple(locks),
        tuple(sorted(name for name in seen.rewritten if known.get(name) in _HOLDS_ROWS)),
        tuple(sorted(name for name in seen.scanned if known.get(name) not in {None, "sequence"})),
        seen.milliseconds,
        seen.evidence,
    )


def effects(
    segments: Iterable[Segment], course: Course, known: Mapping[str, str]
) -> tuple[Effect, ...]:
    """Return what the steps that ran did, without those that only set a time-out."""
    steps = (step for segment in segments for step in segment.steps)
    return tuple(
        effect(step, seen, known)
        for step, seen in zip(steps, course.observations, strict=False)
        if not is_setting(step)
    )
