"""The columns of a foreign key, each beside the one it points at."""

from collections.abc import Iterator
from typing import NamedTuple

from server.engines.analysis.relation import relation_of
from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint


class Pair(NamedTuple):
    """A column of a foreign key and the one that its values come from."""

    own: Column
    other: Column


def pairs(key: Constraint, scope: Scope) -> Iterator[Pair]:
    """Yield the columns of a foreign key in its order."""
    if key.references is not None:
        columns = {each.identity.name: each for each in scope.catalog.columns(relation_of(key))}
        others = {each.identity.name: each for each in scope.catalog.columns(key.references)}
        for own, other in zip(key.columns, key.referenced_columns, strict=True):
            yield Pair(columns[own], others[other])


def own_columns(key: Constraint, scope: Scope) -> tuple[Column, ...]:
    """Return the columns of a foreign key in its order."""
    return tuple(pair.own for pair in pairs(key, scope))


def mapping(key: Constraint) -> frozenset[tuple[str, str]]:
    """Return which column points at which, whatever the order."""
    return frozenset(zip(key.columns, key.referenced_columns, strict=True))


def are_of_one_mind(key: Constraint, other: Constraint) -> bool:
    """Tell whether two foreign keys do the same at the same time."""
    return _behavior(key) == _behavior(other)


def _behavior(key: Constraint) -> tuple[object, ...]:
    return (
        key.on_update,
        key.on_delete,
        key.on_delete_columns,
        key.is_deferrable,
        key.is_initially_deferred,
        key.has_period,
    )
