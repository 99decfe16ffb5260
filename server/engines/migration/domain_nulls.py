"""Whether the type of a column refuses NULL, though the column itself may not."""

import re

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.domain import Domain
from server.engines.catalog.kinds.domain_constraint import DomainConstraint

# What can be false of NULL; other operators and functions make NULL of it, which every check takes.
_MAY_REFUSE_NULL = re.compile(
    r"NULL|COALESCE|GREATEST|LEAST|\b(?:IS|CASE|DISTINCT|JSON)\b|\b(?:num_|concat|format)"
    r'|\.(?:[^ ()"]+|"(?:[^"]|"")*")\('
)


def is_refused_by_domain(column: Column, catalog: Catalog) -> bool:
    """Whether the type of the column is a domain that refuses NULL, or might."""
    domains = (each.referenced for each in catalog.dependencies_of(column.identity))
    found = (catalog.get(each, Domain) for each in domains)
    return any(_refuses_null(each, catalog) for each in found if each is not None)


def _refuses_null(domain: Domain, catalog: Catalog) -> bool:
    checks = catalog.children(domain.identity, DomainConstraint)
    said = (each.expression for each in checks)
    is_said = any(each is None or _MAY_REFUSE_NULL.search(each) for each in said)
    under = (each.referenced for each in catalog.dependencies_of(domain.identity))
    bases = (catalog.get(each, Domain) for each in under)
    is_below = any(_refuses_null(each, catalog) for each in bases if each is not None)
    return domain.is_marked_not_null or is_said or is_below
