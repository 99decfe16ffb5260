"""The difference between two schemas, found without knowing any kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.compare import Rule, compared_fields, in_same_order
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.registry import is_cluster_wide


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs, with the rule by which it does."""

    field: str
    old: object
    new: object
    rule: Rule


@dataclass(frozen=True, slots=True)
class Added:
    """Only the new schema has it."""

    new: Fact

    @property
    def identity(self) -> Identity:
        """Who was added."""
        return self.new.identity


@dataclass(frozen=True, slots=True)
class Removed:
    """Only the old schema has it."""

    old: Fact

    @property
    def identity(self) -> Identity:
        """Who was removed."""
        return self.old.identity


@dataclass(frozen=True, slots=True)
class Changed:
    """Both have it, with other values in some fields."""

    old: Fact
    new: Fact
    changes: tuple[FieldChange, ...]

    @property
    def identity(self) -> Identity:
        """Who was changed."""
        return self.new.identity

    @property
    def is_of_order_only(self) -> bool:
        """Whether nothing but the order of columns differs, which no ALTER can mend."""
        return all(change.rule is Rule.RELATIVE_ORDER for change in self.changes)


Difference = Added | Removed | Changed


def differences(
    old: Catalog, new: Catalog, *, is_cluster_compared: bool = False
) -> tuple[Difference, ...]:
    """Return how two schemas differ, sorted by identity; none means that they are equal.

    What all databases of a server share (roles, memberships, the database itself) counts only
    if asked for. The order of columns counts, and can be told apart: `is_of_order_only`.
    """
    identities = sorted({*old.facts, *new.facts}, key=lambda identity: identity.order)
    pairs = ((old.facts.get(each), new.facts.get(each)) for each in identities)
    return tuple(
        difference
        for one, other in pairs
        for difference in _difference(one, other)
        if is_cluster_compared or not _is_cluster_wide(difference)
    )


def changes(old: Fact, new: Fact) -> tuple[FieldChange, ...]:
    """Return the fields in which two facts of one class differ by the rules of the fields."""
    if old == new:
        return ()
    return tuple(
        FieldChange(field.name, before, after, field.rule)
        for field in compared_fields(type(new))
        if field.name != "identity"
        for before, after in [(getattr(old, field.name), getattr(new, field.name))]
        if before != after
        and not (
            in_same_order(before, after)
            if field.rule is Rule.RELATIVE_ORDER
            else field.canonical(before) == field.canonical(after)
        )
    )


def _difference(old: Fact | None, new: Fact | None) -> Iterator[Difference]:
    if old is None:
        if new is not None:
            yield Added(new)
    elif new is None:
        yield Removed(old)
    elif changed := changes(old, new):
        yield Changed(old, new, changed)


def _is_cluster_wide(difference: Difference) -> bool:
    return is_cluster_wide(difference.old if isinstance(difference, Removed) else difference.new)
