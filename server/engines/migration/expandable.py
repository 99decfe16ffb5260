"""Whether columns can get other types beside running programs, and what stands in the way."""

from collections.abc import Collection, Iterator, Mapping
from typing import cast

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.diff import changes
from server.engines.catalog.fact import Fact
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.enum_type import EnumType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.materialized_view import MaterializedView
from server.engines.catalog.kinds.policy import Policy
from server.engines.catalog.kinds.routine import Routine
from server.engines.catalog.kinds.rule import Rule
from server.engines.catalog.kinds.sequence import Sequence
from server.engines.catalog.kinds.statistics import Statistics
from server.engines.catalog.kinds.trigger import Trigger
from server.engines.catalog.kinds.view import View
from server.engines.migration import expanded_checks, expanded_indexes, expanded_references
from server.engines.migration.context import Change, Context
from server.engines.migration.conversions import rewrites, risks
from server.engines.migration.domain_nulls import is_refused_by_domain
from server.engines.migration.doubled import (
    Doubled,
    Expansion,
    columns_of,
    holding,
    is_table_plain,
)
from server.engines.migration.handed_down import CHECKED
from server.engines.migration.hazard import HazardKind
from server.engines.migration.hushed_triggers import can_be_hushed, fired_by_updates
from server.engines.migration.moved import unmoved
from server.engines.migration.retyped_references import references_to
from server.engines.migration.session_settings import TIME_ZONE, settings_asked
from server.engines.migration.updatable import refuses_updates

# What the planner takes down and puts up again around the change.
_REBUILT = (View, MaterializedView, Policy, Rule, Trigger, Default, Statistics, Routine)
_CHANGED = frozenset(
    {"type", "collation", "storage", "compression", "statistics_target", "options"}
)


def expansion(change: Change[Column], context: Context) -> Expansion | None:
    """Return how the column is changed beside running programs; None where it cannot, or need not.

    Columns that a key, an index or a check is over are changed so together, or none of them is.
    Others of their tables that can be doubled, too, are so with them: every row is filled once.
    """
    found = _verdict(change, context)
    return found if isinstance(found, Expansion) else None


def why_in_place(change: Change[Column], context: Context) -> str:
    """Return what keeps a column from being changed beside programs; empty where nothing does."""
    found = _verdict(change, context)
    return found if isinstance(found, str) else ""


def _verdict(change: Change[Column], context: Context) -> Expansion | str:
    """Return the expansion, or why there is none; empty where nothing would be spared by one."""
    key = (expansion, change.new.identity)
    if key not in context.answers:
        found = _wanted(change, context)
        columns, verdict = ({change.new.identity}, "") if found is None else _judged(found)
        context.answers.update(((expansion, each), verdict) for each in columns)
    return cast("Expansion | str", context.answers[key])


def _judged(found: Doubled) -> tuple[Collection[Identity], Expansion | str]:
    """Return a verdict and all columns that it is about."""
    bound = _together(found)
    reason = next(obstacles(bound), "")
    whole = bound if reason else _with_neighbors(bound)
    return whole.identities, reason or whole


def is_carried(index: Index, context: Context) -> bool:
    """Whether an index is built anew over columns beside those that it is over."""
    found = (_change(each, context) for each in columns_of(index, context.old))
    return any(each is not None and expansion(each, context) is not None for each in found)


def _wanted(change: Change[Column], context: Context) -> Doubled | None:
    """Return what would spare a table in use from being written anew."""
    old, new, table = change.old, change.new, change.new.parent
    if table is None or not context.is_online or not rewrites(old, new):
        return None
    if context.is_created(table) or context.is_dropped(table):
        return None
    return Doubled(old, new, table, context, tuple(risks(old, new)))


def _change(identity: Identity, context: Context) -> Change[Column] | None:
    old, new = context.old.get(identity, Column), context.new.get(identity, Column)
    if old is None or new is None or context.is_dropped(identity):
        return None
    return unmoved(Change(old, new, changes(old, new)), context)


def _together(found: Doubled) -> Expansion:
    """Return all columns that are bound to it, and to each other, and change as it does."""
    context = found.context
    members = {found.old.identity: found}
    waiting = [found.old.identity]
    while waiting:
        for other in _bound_to(waiting.pop(), context):
            change = None if other in members else _change(other, context)
            doubled = None if change is None else _wanted(change, context)
            if doubled is not None:
                members[other] = doubled
                waiting.append(other)
    return _expansion(members, context)


def _expansion(members: Mapping[Identity, Doubled], context: Context) -> Expansion:
    order = sorted(members, key=lambda each: each.order)
    return Expansion(tuple(members[each] for each in order), context)


def _with_neighbors(found: Expansion) -> Expansion:
    """Return the columns with all others of their tables that nothing keeps in place."""
    context = found.context
    members = {each.old.identity: each for each in found.columns}
    tables = dict.fromkeys(found.tables)
    waiting = list(tables)
    while waiting:
        for column in context.old.columns(waiting.pop()):
            bound = None if column.identity in members else _bound(column.identity, context)
            if bound is None or next(obstacles(bound), ""):
                continue
            members |= {each.old.identity: each for each in bound.columns}
            waiting.extend(each for each in bound.tables if each not in tables)
            tables |= dict.fromkeys(bound.tables)
    return _expansion(members, context)


def _bound(column: Identity, context: Context) -> Expansion | None:
    change = _change(column, context)
    doubled = None if change is None else _wanted(change, context)
    return None if doubled is None else _together(doubled)


def _bound_to(column: Identity, context: Context) -> frozenset[Identity]:
    return frozenset(
        each for fact in holding(column, context) for each in columns_of(fact, context.old)
    )


def obstacles(found: Expansion) -> Iterator[str]:
    """Yield what keeps columns from being there twice."""
    for column in found.columns:
        yield from _obstacles_of(column)
    for fact in found.held():
        if not _is_followed(fact, found) or _is_bent(fact, found):
            yield f"{fact.identity} is not followed by a column beside the one it holds"


def _is_bent(fact: Fact, found: Expansion) -> bool:
    """Whether it is over another column, too, whose table is written anew meanwhile."""
    context = found.context
    for each in columns_of(fact, context.old) - found.identities:
        old, new = context.old.get(each, Column), context.new.get(each, Column)
        if old is None or new is None or rewrites(old, new) or _moves_labels(each, context):
            return True
    return False


def _moves_labels(column: Identity, context: Context) -> bool:
    """Whether its enum loses labels or has them in another order, and is a new type for that."""
    return any(_is_moved(each.referenced, context) for each in context.old.dependencies_of(column))


def _joins_moved(column: Identity, context: Context) -> bool:
    """Whether its new type is an enum that is itself made anew for others that hold it."""
    before = {each.referenced for each in context.old.dependencies_of(column)}
    after = {each.referenced for each in context.new.dependencies_of(column)}
    return any(_is_moved(each, context) for each in after - before)


def _is_moved(type_: Identity, context: Context) -> bool:
    old, new = _labels(type_, context.old), _labels(type_, context.new)
    return tuple(each for each in new if each in old) != old


def _labels(identity: Identity, catalog: Catalog) -> tuple[str, ...]:
    enum = catalog.get(identity, EnumType)
    return () if enum is None else tuple(enum.labels)


def _is_pointed_at(key: Constraint, found: Expansion) -> bool:
    """Whether a foreign key holds on to it that is over none of the columns."""
    old = found.context.old
    index = None if key.index is None else old.get(key.index, Index)
    pointing = () if index is None else references_to(index, old)
    return any(not columns_of(each, old) & found.identities for each in pointing)


def _obstacles_of(found: Doubled) -> Iterator[str]:
    """Yield what keeps one column, what is over several left aside, from being written twice."""
    old, context = found.old, found.context
    yield from _obstacles_of_values(found)
    yield from _obstacles_of_table(found.table, context)
    if old.generated_mode is not None:
        yield "it is generated"
    if _joins_moved(old.identity, context):
        yield "its new type is made anew for other columns"
    for dependency in context.old.dependents(old.identity):
        fact = context.old.facts.get(dependency.dependent)
        if fact is not None and not _comes_to_terms(fact, context):
            yield f"{fact.identity} is not followed by a column beside the one it holds"


def _comes_to_terms(fact: Fact, context: Context) -> bool:
    """Whether it makes way by itself, or is looked at together with all that it is over."""
    if not isinstance(fact, Constraint | Index):
        return isinstance(fact, (*_REBUILT, Sequence))
    # To build an index again takes long, and the rows are not guarded meanwhile.
    is_rebuilt = context.is_dropped(fact.identity) and fact.identity in context.new
    return not is_rebuilt or (isinstance(fact, Constraint) and fact.type in CHECKED)


def _obstacles_of_values(found: Doubled) -> Iterator[str]:
    if {each.field for each in changes(found.old, found.new)} - _CHANGED:
        yield "more than its type changes"
    # In a trigger each client's own TimeZone would decide.
    if TIME_ZONE in settings_asked(found):
        yield "the session's TimeZone decides what its values become"
    if any(each.kind is HazardKind.DATA_LOSS for each in found.hazards):
        yield "its values lose something"
    if is_refused_by_domain(found.new, found.context.new):
        yield "its domain may refuse NULL, which the new column holds until it is filled"


def _obstacles_of_table(table: Identity, context: Context) -> Iterator[str]:
    """Yield why not every row can be written twice with nobody else having a hand in it."""
    if not is_table_plain(table, context):
        yield f"{table} is partitioned, of a type, or inherits or is inherited from"
    for routine in _returning(table, context):
        yield f"{routine} lists the columns of the rows of {table} that it returns"
    if refuses_updates(table, context):
        yield f"a rule, row security or a publication keeps an UPDATE from rows of {table}"
    for trigger in fired_by_updates(table, context):
        if not can_be_hushed(trigger, context):
            yield f"{trigger.identity} would fire for every row that is filled"


def _returning(table: Identity, context: Context) -> Iterator[Identity]:
    """Yield the routines whose rows have not the form of the table's when that has one more column.

    Those that say `*` return whatever columns there are.
    """
    for dependency in context.old.dependents(table):
        routine = context.old.get(dependency.dependent, Routine)
        if routine is not None and _names_columns(routine, table):
            yield routine.identity


def _names_columns(routine: Routine, table: Identity) -> bool:
    returned = (routine.returns or "").removesuffix("[]").replace('"', "")
    return returned == ".".join(table.names) and "*" not in (routine.sql_body or routine.body)


def _is_followed(fact: Constraint | Index, found: Expansion) -> bool:
    """Whether it is known how what is over the columns gets to be over the new ones."""
    context = found.context
    if isinstance(fact, Index):
        return expanded_indexes.can_follow(fact, context)
    after = context.new.get(fact.identity, Constraint)
    match fact.type:
        case ConstraintType.FOREIGN_KEY:
            return expanded_references.can_follow(fact, context)
        case ConstraintType.CHECK:
            return after is not None and expanded_checks.can_follow(fact)
        case ConstraintType.NOT_NULL:
            return after is not None and fact.is_validated
        case ConstraintType.PRIMARY_KEY | ConstraintType.UNIQUE:
            is_same = fact == after and not fact.has_period and fact.index is not None
            return is_same and not _is_pointed_at(fact, found)
        case _:
            return False
