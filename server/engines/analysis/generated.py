"""Columns whose values PostgreSQL makes: counted up by a sequence, or drawn at random."""

import re

from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.sequence import Sequence

_RANDOM = re.compile(r"^(?:\w+\.)?(gen_random_uuid|uuid_generate_v4|uuidv4)\(\)$")


def sequence_of(column: Column, scope: Scope) -> Sequence | None:
    """Return the sequence that gives a column its values, if there is one."""
    if column.identity_mode is not None:
        owned = (each.dependent for each in scope.catalog.dependents(column.identity))
        found = (scope.catalog.get(each, Sequence) for each in owned)
        return next((each for each in found if each and each.is_of_identity_column), None)
    default = scope.catalog.default(column.identity)
    if default is None or not default.expression.startswith("nextval("):
        return None
    needed = (each.referenced for each in scope.catalog.dependencies_of(default.identity))
    return next((found for each in needed if (found := scope.catalog.get(each, Sequence))), None)


def is_counted(column: Column, scope: Scope) -> bool:
    """Tell whether the column's values are counted up and never missing."""
    return column.is_not_null and sequence_of(column, scope) is not None


def is_random(column: Column, scope: Scope) -> bool:
    """Tell whether the column's default is a random UUID."""
    default = scope.catalog.default(column.identity)
    return default is not None and _RANDOM.match(default.expression) is not None
