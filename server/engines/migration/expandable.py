"""Whether a column can get another type beside running programs, and what stands in the way."""

from collections.abc import Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from server.engines.catalog.diff import changes
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.privilege import Privilege
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.table import Table
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.kinds.view import View
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import rewrites, risks
from server.engines.migration.domain_nulls import is_refused_by_domain
from server.engines.migration.expanded_references import ends, foreign_keys, is_plain
from server.engines.migration.expansion import Expansion
from server.engines.migration.hazard import HazardKind
from server.engines.migration.index_text import is_same_but_for_types
from server.engines.migration.losses import depends_on_time_zone
from server.engines.migration.moved import unmoved
from server.engines.migration.updatable import refuses_updates

# What the planner takes down and puts up again around the change.
_REBUILT = (View, MaterializedView, Policy, Rule, Trigger, Default)
_CHANGED = frozenset({"type", "collation", "storage"})


def expansion(change: Change[Column], context: Context) -> Expansion | None:
    """Return how the column is changed beside running programs; None where it cannot, or need not.

    Columns that foreign keys join are changed so together, or none of them is.
    """
    found = _wanted(change, context)
    if found is None or next(_obstacles(found), ""):
        return None
    return replace(found, group=frozenset(_group(found)))


def why_in_place(change: Change[Column], context: Context) -> str:
    """Return what keeps a column from being changed beside programs; empty where nothing does."""
    found = _wanted(change, context)
    return "" if found is None else next(_obstacles(found), "")


def is_possible(found: Expansion) -> bool:
    """Whether all that holds the column, foreign keys left aside, can hold the new one."""
    is_referenced = any(foreign_keys(found.old.identity, found.context.old))
    return not is_referenced and not next(_obstacles_of(found), "")


def leads_to(column: Column, context: Context) -> Iterator[Identity]:
    """Yield the columns expanded with it that it references."""
    yield from (target for source, target in _joins(column, context) if source == column.identity)


def is_led_to(column: Column, context: Context) -> Iterator[Identity]:
    """Yield the columns expanded with it that reference it."""
    yield from (source for source, target in _joins(column, context) if target == column.identity)


def _joins(column: Column, context: Context) -> Iterator[tuple[Identity, Identity]]:
    change = _change(column.identity, context)
    found = None if change is None else expansion(change, context)
    for key in foreign_keys(column.identity, context.old) if found is not None else ():
        if found is not None and found.group.issuperset(ends(key)):
            yield ends(key)


def _wanted(change: Change[Column], context: Context) -> Expansion | None:
    """Return the expansion that would spare a table in use from being written anew."""
    old, new, table = change.old, change.new, change.new.parent
    if table is None or not context.is_online or not rewrites(old, new):
        return None
    if context.is_created(table) or context.is_dropped(table):
        return None
    return Expansion(old, new, table, context, tuple(risks(old, new)))


def _change(identity: Identity, context: Context) -> Change[Column] | None:
    old, new = context.old.get(identity, Column), context.new.get(identity, Column)
    if old is None or new is None or context.is_dropped(identity):
        return None
    return unmoved(Change(old, new, changes(old, new)), context)


def _group(found: Expansion) -> dict[Identity, Expansion]:
    """Return all columns that foreign keys join to it and that change as it does."""
    members = {found.old.identity: found}
    waiting = [found.old.identity]
    while waiting:
        for key in foreign_keys(waiting.pop(), found.context.old):
            for end in set(ends(key)) - members.keys():
                change = _change(end, found.context)
                other = None if change is None else _wanted(change, found.context)
                if other is not None:
                    members[end] = other
                    waiting.append(end)
    return members


def _obstacles(found: Expansion) -> Iterator[str]:
    members = _group(found)
    for member in members.values():
        yield from _obstacles_of(member)
        for key in foreign_keys(member.old.identity, found.context.old):
            if not is_plain(key, found.context) or _is_bent(key, members, found.context):
                yield f"{key.identity} is not followed by a column beside the one it holds"
    if _is_circular(members, found.context):
        yield "foreign keys lead from it back to it"


def _is_bent(key: Constraint, members: dict[Identity, Expansion], context: Context) -> bool:
    """Whether an end of a foreign key changes in another way than the members do."""
    columns = [(context.old.get(e, Column), context.new.get(e, Column)) for e in ends(key)]
    return any(
        old is None or new is None or (old.identity not in members and old.type != new.type)
        for old, new in columns
    )


def _is_circular(members: dict[Identity, Expansion], context: Context) -> bool:
    sorter = TopologicalSorter[Identity]()
    for member in members:
        for key in foreign_keys(member, context.old):
            source, target = ends(key)
            if source == target:
                return True
            sorter.add(source, target)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False


def _obstacles_of(found: Expansion) -> Iterator[str]:
    """Yield what keeps one column, foreign keys left aside, from being written twice."""
    old, context = found.old, found.context
    yield from _obstacles_of_values(found)
    yield from _obstacles_of_table(found.table, context)
    if old.generated_mode is not None:
        yield "it is generated"
    if _has_settings(found.new):
        yield "it has settings of its own"
    if any(isinstance(each, Privilege) for each in context.old.parts(old.identity)):
        yield "privileges are granted on it"
    for dependency in context.old.dependents(old.identity):
        fact = context.old.facts.get(dependency.dependent)
        if fact is not None and not _is_followed(fact, found):
            yield f"{fact.identity} is not followed by a column beside the one it holds"


def _obstacles_of_values(found: Expansion) -> Iterator[str]:
    if {each.field for each in changes(found.old, found.new)} - _CHANGED:
        yield "more than its type changes"
    # In a trigger each client's own TimeZone would decide.
    if depends_on_time_zone(found.old, found.new):
        yield "the session's TimeZone decides what its values become"
    if any(each.kind is HazardKind.DATA_LOSS for each in found.hazards):
        yield "its values lose something"
    if is_refused_by_domain(found.new, found.context.new):
        yield "its domain may refuse NULL, which the new column holds until it is filled"


def _obstacles_of_table(table: Identity, context: Context) -> Iterator[str]:
    """Yield why not every row can be written twice with nobody else having a hand in it."""
    both = (context.old.get(table, Table), context.new.get(table, Table))
    is_part = any(each is None or each.is_partitioned or each.parents for each in both)
    if is_part or any(table in each.parents for each in context.old.of(Table)):
        yield f"{table} is partitioned, or inherits or is inherited from"
    if refuses_updates(table, context):
        yield f"a rule, row security or a publication keeps an UPDATE from rows of {table}"
    if any(
        "update" in each.events and not each.update_columns
        for catalog in (context.old, context.new)
        for each in catalog.children(table, Trigger)
    ):
        yield f"a trigger of {table} would fire for every row that is filled"


def _has_settings(column: Column) -> bool:
    is_usual = column.is_default_storage and column.compression is None and not column.options
    return not is_usual or column.statistics_target is not None


def _is_followed(fact: Fact, found: Expansion) -> bool:
    """Whether it is known how what holds the column gets to hold the new one."""
    match fact:
        case Constraint():
            return _is_kept(fact, found.context)
        case Index():
            return _is_simple(fact, found.context) and not _holds_another(fact, found)
        case _:
            return isinstance(fact, (*_REBUILT, Sequence))


def _holds_another(index: Index, found: Expansion) -> bool:
    """Whether an index holds a second column that gets another type."""
    table, own = found.table, found.old.identity.name
    others = {*index.key_columns, *index.included_columns} - {own, None}
    identities = [Identity(Column.kind, (*table.names, str(name))) for name in others]
    catalogs = (found.context.old, found.context.new)
    types = [
        {column.type for catalog in catalogs if (column := catalog.get(each, Column))}
        for each in identities
    ]
    return any(len(each) > 1 for each in types)


def _is_kept(constraint: Constraint, context: Context) -> bool:
    if constraint.type is ConstraintType.FOREIGN_KEY:
        return True  # The ends are looked at together.
    if constraint.type is ConstraintType.NOT_NULL:
        return constraint.identity in context.new and constraint.is_validated
    index = None if constraint.index is None else context.old.get(constraint.index, Index)
    is_key = constraint.type in {ConstraintType.PRIMARY_KEY, ConstraintType.UNIQUE}
    return (
        is_key
        and not constraint.is_deferrable
        and not constraint.has_period
        and constraint == context.new.facts.get(constraint.identity)
        and index is not None
        and _is_simple(index, context)
    )


def _is_simple(index: Index, context: Context) -> bool:
    """Whether it is as in the new schema, over columns alone, and nobody else leans on it."""
    after = context.new.get(index.identity, Index)
    is_same = after is not None and is_same_but_for_types(index, after)
    has_texts = index.predicate is not None or any(each.column is None for each in index.keys)
    has_own_classes = any(not each.is_default_operator_class for each in index.keys)
    marks = index.is_clustered or index.is_replica_identity
    return is_same and not (has_texts or has_own_classes or marks) and index.is_valid
