"""The names that an object takes up, so that what frees one comes before what takes it."""

from collections.abc import Iterator

from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.constraint import Constraint

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
