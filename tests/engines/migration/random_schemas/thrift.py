"""Whether a plan does nothing that is not needed."""

from collections.abc import Iterable, Iterator, Sequence

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.dependency import DependencyType
from server.engines.catalog.diff import Changed, Difference
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.attribute import Attribute
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.planner import counted, steps
from server.engines.migration.step import Step, Verb
from server.errors import RefusedError
from tests.engines.migration.random_schemas.journey import Journey

_REMARKS = frozenset({"comment", "privilege", "default_privilege"})
# What PostgreSQL changes in place without a thought of whoever depends on it.
_MILD = {
    "column": {"storage", "compression", "statistics_target", "options", "fdw_options"},
    "table": {
        *("options", "toast_options", "replica_identity", "persistence", "tablespace"),
        *("has_row_security", "forces_row_security"),
    },
    "index": {"options", "is_clustered", "is_replica_identity"},
    "routine": {
        *("body", "is_strict", "cost", "rows", "is_leakproof", "is_security_definer"),
        *("settings", "parallel", "support"),
    },
    "sequence": {"start", "increment", "minimum", "maximum", "cache", "is_cycling"},
    "view": {"options"},
}


def waste(journey: Journey, before: Catalog, after: Catalog) -> str:
    """Name what the plan between the two does without need."""
    try:
        plan = steps(before, after)
    except RefusedError:
        return ""
    return "; ".join(
        [
            *_steps_for_nothing(before, after),
            *_more_than_remarks(journey, plan),
            *unneeded(plan, before, after),
        ]
    )


def unneeded(plan: Sequence[Step], before: Catalog, after: Catalog) -> tuple[str, ...]:
    """Name the steps of a plan between two schemas that nothing asks for."""
    return (
        *_tables_made_anew(plan, before, after),
        *_strangers(plan, before, after),
        *_rebuilt_for_nothing(plan, before, after),
    )


def _steps_for_nothing(*catalogs: Catalog) -> Iterator[str]:
    for each in catalogs:
        if steps(each, each):
            yield "steps between equal schemas"


def _more_than_remarks(journey: Journey, plan: Iterable[Step]) -> Iterator[str]:
    if journey.only_remarks:
        yield from (f"only remarks differ: {e.sql}" for e in plan if e.subject.kind not in _REMARKS)


def _tables_made_anew(plan: Iterable[Step], before: Catalog, after: Catalog) -> Iterator[str]:
    for step in plan:
        old, new = before.get(step.subject, Table), after.get(step.subject, Table)
        if step.verb is not Verb.DROP or old is None or new is None:
            continue
        is_same = old.partition_key == new.partition_key and old.parents == new.parents
        if is_same and not _takes_a_new_table(old.identity, before, after):
            yield f"a table is made anew: {step.sql}"


def _above(fact: Fact | None, catalog: Catalog) -> Iterator[Identity]:
    """Yield what may have to make way for a constraint: others of its columns, there and above."""
    table = None if fact is None or fact.parent is None else catalog.get(fact.parent, Table)
    if isinstance(fact, Constraint) and fact.is_inherited and table is not None:
        for place in (table.identity, *table.parents):
            for other in catalog.constraints(place):
                if {*other.columns} & {*fact.columns}:
                    yield other.identity


def _takes_a_new_table(table: Identity, before: Catalog, after: Catalog) -> bool:
    """Whether something about its columns changes that PostgreSQL cannot say of a table."""
    columns = ((each, after.get(each.identity, Column)) for each in before.columns(table))
    return any(
        one.is_local != other.is_local or (_divides(one, before) and _is_of_other_type(one, other))
        for one, other in columns
        if other is not None
    )


def _is_of_other_type(one: Column, other: Column) -> bool:
    return (one.type, one.collation) != (other.type, other.collation)


def _divides(column: Column, catalog: Catalog) -> bool:
    """Whether the table is partitioned by the column."""
    needed = catalog.dependencies_of(column.identity)
    return any(
        each.referenced == column.parent and each.type is DependencyType.INTERNAL for each in needed
    )


def _strangers(plan: Iterable[Step], before: Catalog, after: Catalog) -> Iterator[str]:
    """Yield the steps that touch what neither differs nor hangs together with what does."""
    found = counted(before, after)
    changed = {each.identity for each in found if isinstance(each, Changed)}
    concerned = changed | _concerned((each.identity for each in found), before, after)
    for step in plan:
        if not concerned & {*_line(step.subject)}:
            yield f"{step.subject} has nothing to do with it: {step.sql}"


def _line(identity: Identity | None) -> Iterator[Identity]:
    while identity is not None:
        yield identity
        identity = identity.of


def _rebuilt_for_nothing(plan: Iterable[Step], before: Catalog, after: Catalog) -> Iterator[str]:
    """Yield what is dropped and comes back the same because of what could change under it."""
    found = counted(before, after)
    differing = {each.identity for each in found}
    moving = _concerned((each.identity for each in found if not _is_mild(each)), before, after)
    for step in plan:
        subject = step.subject
        stays = subject in before and subject in after and subject not in differing
        if step.verb is Verb.DROP and stays and not moving & {*_line(subject)}:
            yield f"{subject} need not have gone: {step.sql}"


def _is_mild(difference: Difference) -> bool:
    if not isinstance(difference, Changed):
        return difference.identity.kind in _REMARKS
    mild = _MILD.get(difference.identity.kind, set[str]())
    return {each.field for each in difference.changes} <= mild


def _concerned(start: Iterable[Identity], before: Catalog, after: Catalog) -> set[Identity]:
    found: set[Identity] = set()
    waiting = [*start]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        found.add(here)
        for catalog in (before, after):
            waiting += (each.dependent for each in catalog.dependents(here))
            waiting += (each.identity for each in catalog.parts(here))
            fact = catalog.facts.get(here)
            if isinstance(fact, Attribute | DomainConstraint) and fact.parent is not None:
                waiting.append(fact.parent)
            if isinstance(fact, Column) and fact.parent is not None:
                waiting += [fact.parent] if _takes_a_new_table(fact.parent, before, after) else []
            waiting += _above(fact, catalog)
            index = catalog.get(here, Index)
            if index is not None:
                waiting += [each for each in (index.constraint, index.partition_of) if each]
    return found
