"""Where a schema chooses a type: its columns and its domains."""

from collections.abc import Iterator
from dataclasses import dataclass

from server.engines.analysis.population import columns
from server.engines.analysis.retype import REWRITE, Expressions, Remedy, retype
from server.engines.analysis.scope import Scope
from server.engines.analysis.wording import code, named
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.domain import Domain

EXAMINED = "columns and domains"


@dataclass(frozen=True, slots=True)
class Typed:
    """A column or a domain; arrays are known by the type of their elements."""

    subject: Identity
    type: str
    """As declared: `character(2)[]`."""
    element: str
    """Without modifier and brackets: `character`."""
    column: Column | None

    def instead(self, to: str) -> str:
        """Return the type `to`, as an array if this one is."""
        return f"{to}[]" if self.type.endswith("]") else to


def typed(scope: Scope) -> Iterator[Typed]:
    """Yield every column and domain; columns of a domain's type count as the domain's."""
    for each in columns(scope):
        yield Typed(each.identity, each.type, _element(each.type_name), each)
    for each in scope.catalog.of(Domain):
        yield Typed(each.identity, each.base_type, _element(each.base_type_name), None)


def exchange(
    one: Typed,
    scope: Scope,
    to: str,
    *,
    cost: str = REWRITE,
    expressions: Expressions = Expressions.ALL,
) -> Remedy:
    """Return how to give a column or a domain's columns the type `to`, as `retype` does."""
    if one.column is None:
        return Remedy(
            "",
            f"The type of a domain cannot change: create another over {to} and give the columns "
            f"that one. {cost}",
        )
    if one.column.generated_mode is not None:
        return Remedy("", f"Drop the generated column, and add it with an expression for {to}.")
    key = _foreign_key(one.column, scope)
    if key is not None:
        return Remedy(
            "",
            f"Change the columns at both ends of the foreign key {named(key.identity)} to "
            f"{code(to)} in one transaction. {cost}",
        )
    return retype(one.column, scope, to, cost=cost, expressions=expressions)


def _element(type_name: str) -> str:
    return type_name.removesuffix("[]")


def _foreign_key(column: Column, scope: Scope) -> Constraint | None:
    own = scope.catalog.constraints(column.parent) if column.parent else ()
    others = scope.foreign_keys_to.get(column.parent, ()) if column.parent else ()
    for each in own:
        if each.type is ConstraintType.FOREIGN_KEY and column.identity.name in each.columns:
            return each
    return next((each for each in others if column.identity.name in each.referenced_columns), None)
