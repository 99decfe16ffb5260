"""What clients reach directly: relations in exposed schemas that somebody but the owner may use."""

from collections.abc import Iterator
from typing import TypeVar

from server.engines.analysis.grants import is_granted
from server.engines.analysis.scope import Scope
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.view import View

_RELATIONS = (Table, View, MaterializedView, ForeignTable)

Relation = TypeVar("Relation", bound=Fact)


def exposed(scope: Scope, kind: type[Relation]) -> Iterator[Relation]:
    """Yield the relations of one kind that clients reach, partitions included.

    A schema without a single grant was written down without its privileges, so that all in it
    counts as reachable; otherwise what nobody was granted does not.
    """
    granted = frozenset(_granted(scope))
    schemas_with_grants = {each.schema for each in granted}
    for relation in scope.catalog.of(kind):
        schema = relation.identity.schema
        is_reachable = relation.identity in granted or schema not in schemas_with_grants
        if schema in scope.exposed_schemas and is_reachable:
            yield relation


def _granted(scope: Scope) -> Iterator[Identity]:
    for kind in _RELATIONS:
        for relation in scope.catalog.of(kind):
            columns = scope.catalog.columns(relation.identity)
            parts = (relation.identity, *(each.identity for each in columns))
            if any(is_granted(each, scope) for each in parts):
                yield relation.identity
