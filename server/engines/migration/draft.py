"""A plan before its proof: the way there, the way back, and what it would cost."""

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.migration.planner import PlanOptions, steps
from server.engines.migration.step import Segment, Step, segments


@dataclass(frozen=True, slots=True)
class Side:
    """A schema, the steps that rename what the other side calls otherwise, and what they leave."""

    catalog: Catalog
    renames: tuple[Step, ...]
    renamed: Catalog


@dataclass(frozen=True, slots=True)
class Draft:
    """The segments of both directions."""

    forward: tuple[Segment, ...]
    back: tuple[Segment, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps forward, in order."""
        return tuple(step for segment in self.forward for step in segment.steps)

    @property
    def steps_back(self) -> tuple[Step, ...]:
        """The steps back, in order."""
        return tuple(step for segment in self.back for step in segment.steps)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.forward


def drafted(old: Side, new: Side, options: PlanOptions) -> Draft:
    """Return the draft that leads from the old schema to the new and back.

    Raises:
        RefusedError: one of the schemas holds what is not understood, or a change would drop what
            holds rows.
    """
    forward = (*old.renames, *steps(old.renamed, new.catalog, options))
    back = (*new.renames, *steps(new.renamed, old.catalog, options))
    return Draft(segments(forward), segments(back))


def lost(step: Step) -> tuple[Identity, ...]:
    """Return the objects whose data a step discards."""
    return tuple(each.subject for each in step.hazards if each.kind.is_loss)


def not_allowed(steps: Iterable[Step], allowed: Container[str]) -> tuple[Identity, ...]:
    """Return the objects whose data would be discarded and that the caller did not name.

    Names are as messages have them (`public.orders`), or with the kind (`table:public.orders`).
    """
    found = (subject for step in steps for subject in lost(step))
    return tuple(
        dict.fromkeys(
            each
            for each in found
            if each.qualified_name not in allowed and str(each) not in allowed
        )
    )


def in_vain(steps: Iterable[Step], allowed: Iterable[str]) -> tuple[str, ...]:
    """Return what was allowed to be lost and is the name of nothing that a step discards."""
    found = [subject for step in steps for subject in lost(step)]
    named = {name for each in found for name in (each.qualified_name, str(each))}
    return tuple(sorted(set(allowed) - named))


def up_to_loss(steps: Iterable[Step], forbidden: Collection[Identity]) -> tuple[Step, ...]:
    """Return the steps before the first that would discard what must not be."""
    kept: list[Step] = []
    for step in steps:
        if set(lost(step)) & set(forbidden):
            break
        kept.append(step)
    return tuple(kept)
