"""The names that an object takes up, so that what frees one comes before what takes it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.sequence import Sequence

_RELATIONS = frozenset(
    {"table", "view", "materialized_view", "index", "sequence", "foreign_table", "composite_type"}
)
# A sequence has no type, and yet PostgreSQL gives it no name that a type has.
_TYPES = frozenset(_RELATIONS - {"index"}) | {
    "enum",
    "domain",
    "range",
    "base_type",
}
_ROUTINES = frozenset({"routine", "aggregate"})

Claim = tuple[str, Identity]
"""A namespace, and the name in it without the kind that took it."""


def claims(fact: Fact) -> Iterator[Claim]:
    """Yield every name that nothing else can have while the object is there."""
    identity = fact.identity
    if identity.kind in _RELATIONS:
        yield "relation", Identity("", identity.names)
    if identity.kind in _TYPES:
        yield "type", Identity("", identity.names)
    if identity.kind in _ROUTINES:
        yield "routine", Identity("", identity.names, identity.arguments)
    if isinstance(fact, Constraint) and fact.index is not None and fact.references is None:
        yield "relation", Identity("", (identity.names[0], identity.name))


def bearer(fact: Fact) -> Identity:
    """Return with what its names come and go: the object, or the column it counts for."""
    if isinstance(fact, Sequence) and fact.is_of_identity_column and fact.owned_by is not None:
        return fact.owned_by
    return fact.identity


@dataclass(frozen=True, slots=True)
class RelationNames(Container[str]):
    """The names in one schema that a new relation cannot have, looked up one by one."""

    schema: str | None
    catalogs: tuple[Catalog, ...]

    def __contains__(self, name: object) -> bool:
        """Whether a relation of any kind has the name, in any of the catalogs."""
        found = [Identity(kind, (str(self.schema), str(name))) for kind in sorted(_RELATIONS)]
        return any(each in catalog for catalog in self.catalogs for each in found)
