"""Whether a column really takes NULL: its domain or a CHECK may refuse what it permits itself."""

from server.engines.analysis.scope import Scope
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.domain import Domain


def takes_null(column: Column, scope: Scope) -> bool:
    """Tell whether a row can hold NULL in this column."""
    if column.is_not_null or column.parent is None:
        return False
    if column.identity.name in scope.columns_checked.get(column.parent, frozenset()):
        return False
    domain = domain_of(column, scope)
    return domain is None or not domain.is_not_null


def domain_of(column: Column, scope: Scope) -> Domain | None:
    """Return the domain that is the column's type."""
    if column.type.endswith("]"):
        return None
    needed = (each.referenced for each in scope.catalog.dependencies_of(column.identity))
    domains = (scope.catalog.get(each, Domain) for each in needed if each.kind == Domain.kind)
    return next((each for each in domains if each and each.identity.name in column.type), None)


def base_type(column: Column, scope: Scope) -> str:
    """Return the column's type without modifier, a domain's being what it is made of."""
    domain = domain_of(column, scope)
    return column.type_name if domain is None else domain.base_type_name
