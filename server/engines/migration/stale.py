"""What was computed by a function and kept: a new body changes none of it."""

from collections.abc import Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.aggregate import Aggregate
from server.engines.catalog.kinds.cast import Cast
from server.engines.catalog.kinds.column import Column, GeneratedMode
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.operator import Operator
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.table import Table
from server.engines.migration.context import Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.relation import altered
from server.engines.sql.quote import identifier, qualified

# What hands a function on to whoever uses it; other bodies are text that nobody follows.
_HANDS_ON = (Routine, Aggregate, Operator, Cast)


def stale_results(routine: Identity, context: Context) -> Iterator[Hazard]:
    """Yield what goes on holding results of the old body, each with what brings it up to date."""
    name = routine.qualified_name
    for fact in _users(routine, context.old):
        is_kept = fact.identity in context.new and not context.is_dropped(fact.identity)
        remedy = _remedy(fact) if is_kept else ""
        if remedy:
            message = f"{fact.identity} keeps what the old {name} gave; afterwards {remedy}"
            yield Hazard(HazardKind.STALE, fact.identity, message)


def _users(routine: Identity, catalog: Catalog) -> Iterator[Fact]:
    seen = {routine}
    waiting = [routine]
    while waiting:
        for dependency in catalog.dependents(waiting.pop()):
            fact = catalog.facts.get(dependency.dependent)
            if fact is None or fact.identity in seen:
                continue
            seen.add(fact.identity)
            if isinstance(fact, _HANDS_ON):
                waiting.append(fact.identity)
            else:
                yield fact


def _remedy(fact: Fact) -> str:
    """Return what to do about results that are kept; empty where none are."""
    match fact:
        case Index():
            return f"run REINDEX INDEX CONCURRENTLY {qualified(*fact.identity.names)}"
        case Constraint(type=ConstraintType.CHECK, parent=table) if table is not None:
            return _checked_again(fact, altered(table))
        case DomainConstraint(parent=domain) if domain is not None:
            return _checked_again(fact, f"ALTER DOMAIN {qualified(*domain.names)}")
        case Column(generated_mode=GeneratedMode.STORED, parent=table) if table is not None:
            column = identifier(fact.identity.name)
            return f"set {column} of every row of {qualified(*table.names)} to DEFAULT, in batches"
        case Table():
            is_key = fact.partition_key is not None
            return "move the rows that belong into another partition now" if is_key else ""
        case _:
            return ""


def _checked_again(constraint: Constraint | DomainConstraint, head: str) -> str:
    name = identifier(constraint.identity.name)
    return (
        f"have the rows checked again: {head} DROP CONSTRAINT {name}, "
        f"ADD CONSTRAINT {name} … NOT VALID, then VALIDATE CONSTRAINT {name}"
    )
