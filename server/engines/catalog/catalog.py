"""The model of one schema: every fact, and how the facts stand to each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar, cast

from server.engines.catalog.dependency import Dependency
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.comment import Comment
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.owner import Owner
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.unmodeled import Unmodeled
from server.errors import NotFoundError

F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, eq=False)
class Catalog:
    """A schema as facts, in the order of their identities; `differences` compares two."""

    major: int
    """The major version of the server that it was read from."""
    facts: Mapping[Identity, Fact]
    """Every fact, in the order of the identities."""
    dependencies: tuple[Dependency, ...] = ()
    extension_members: Mapping[Identity, Identity] = field(default_factory=dict[Identity, Identity])
    """What belongs to which extension; members are no facts."""

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.facts.values())

    def __len__(self) -> int:
        return len(self.facts)

    def __contains__(self, identity: object) -> bool:
        return identity in self.facts

    def __getitem__(self, identity: Identity) -> Fact:
        found = self.facts.get(identity)
        if found is None:
            raise NotFoundError(f"The schema has no {identity}.")
        return found

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """Return all facts of one class, sorted by identity."""
        return cast("tuple[F, ...]", self._of_kind.get(kind, ()))

    def get(self, identity: Identity, kind: type[F]) -> F | None:
        """Return a fact if it is there and of this class."""
        found = self.facts.get(identity)
        return found if isinstance(found, kind) else None

    def children(self, identity: Identity, kind: type[F]) -> tuple[F, ...]:
        """Return the parts of an object that are of one class, sorted by identity."""
        parts = self._parts.get(identity, ())
        return tuple(part for part in parts if isinstance(part, kind))

    def parts(self, identity: Identity) -> tuple[Fact, ...]:
        """Return all parts of an object, what is said about it included, sorted by identity."""
        return self._parts.get(identity, ())

    def columns(self, relation: Identity) -> tuple[Column, ...]:
        """Return the columns of a table or foreign table in their order."""
        return self._columns.get(relation, ())

    def constraints(self, table: Identity) -> tuple[Constraint, ...]:
        """Return the constraints of a table."""
        return self.children(table, Constraint)

    def indexes(self, relation: Identity) -> tuple[Index, ...]:
        """Return the indexes of a table or materialized view, those of constraints included."""
        return self.children(relation, Index)

    def policies(self, table: Identity) -> tuple[Policy, ...]:
        """Return the row security policies of a table."""
        return self.children(table, Policy)

    def privileges(self, identity: Identity) -> tuple[Privilege, ...]:
        """Return who may do what with an object, the implied privileges included."""
        return self.children(identity, Privilege)

    def default(self, column: Identity) -> Default | None:
        """Return the default of a column."""
        return next(iter(self.children(column, Default)), None)

    def comment(self, identity: Identity) -> str | None:
        """Return the comment on an object."""
        return next((each.text for each in self.children(identity, Comment)), None)

    def owner(self, identity: Identity) -> str | None:
        """Return the role that owns an object; what lies in a table has the table's owner."""
        return next((each.role for each in self.children(identity, Owner)), None)

    def dependents(self, identity: Identity) -> tuple[Dependency, ...]:
        """Return what needs this object, as PostgreSQL recorded it; its parts are `children`."""
        return self._dependents.get(identity, ())

    def dependencies_of(self, identity: Identity) -> tuple[Dependency, ...]:
        """Return what this object needs, as PostgreSQL recorded it."""
        return self._needs.get(identity, ())

    @property
    def unmodeled(self) -> tuple[Unmodeled, ...]:
        """What was seen and not understood."""
        return self.of(Unmodeled)

    @cached_property
    def names(self) -> frozenset[str]:
        """The own names of all facts, of whatever kind and in whatever schema."""
        return frozenset(fact.identity.name for fact in self)

    @cached_property
    def _of_kind(self) -> Mapping[type[Fact], tuple[Fact, ...]]:
        return _grouped((type(fact), fact) for fact in self)

    @cached_property
    def _parts(self) -> Mapping[Identity, tuple[Fact, ...]]:
        return _grouped((fact.parent, fact) for fact in self if fact.parent is not None)

    @cached_property
    def _columns(self) -> Mapping[Identity, tuple[Column, ...]]:
        ordered = sorted(self.of(Column), key=lambda column: column.position)
        return _grouped((column.parent, column) for column in ordered if column.parent is not None)

    @cached_property
    def _dependents(self) -> Mapping[Identity, tuple[Dependency, ...]]:
        return _grouped((each.referenced, each) for each in self.dependencies)

    @cached_property
    def _needs(self) -> Mapping[Identity, tuple[Dependency, ...]]:
        return _grouped((each.dependent, each) for each in self.dependencies)


K = TypeVar("K")
V = TypeVar("V")


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
