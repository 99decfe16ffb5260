"""How constraints of tables come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.default import Default
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration import changed_keys, keys
from server.engines.migration.action import Action, Mode, plain, risky
from server.engines.migration.backfill import filling_given, is_filled_later, is_given
from server.engines.migration.context import Change, Context
from server.engines.migration.handed_down import (
    KEYS,
    becomes_own,
    dropped_before,
    is_dropped_alone,
    is_handed_down,
    is_taken_over,
    keys_over,
    named_alike,
    own_below,
    replaced_before,
    same_above,
    same_below,
    table_of,
)
from server.engines.migration.identity_column import comes_with_identity
from server.engines.migration.inheritance import going, joins, leaves
from server.engines.migration.kind import Kind
from server.engines.migration.not_null_names import (
    follows,
    former,
    makes_way,
    renaming,
    sent_away,
    successor,
)
from server.engines.migration.partition_keys import checked_in_parts, gone_with_whole
from server.engines.migration.partitions import parts_away, parts_of_index
from server.engines.migration.relation import altered, altered_alone, whole
from server.engines.migration.replica_identity import bound_to, freed_by
from server.engines.migration.validation import (
    constraint_definition,
    is_later_validated,
    risks_of_rows,
    validation,
)
from server.engines.sql.quote import identifier

_COMES_ALONG = ("is_local", "is_inherited", "partition_of")
_DEFERRAL = frozenset({"is_deferrable", "is_initially_deferred"})


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"CONSTRAINT {identifier(identity.name)} ON {whole(identity)}"


def _head(constraint: Constraint, catalog: Catalog) -> str:
    """Begin the statement; a key of a partitioned table is put together from its partitions'."""
    table = catalog.get(table_of(constraint), Table)
    alone = table is not None and table.is_partitioned and constraint.type in KEYS
    return altered_alone(table_of(constraint)) if alone else altered(table_of(constraint))


def _create(constraint: Constraint, context: Context) -> Iterable[Action]:
    return () if comes_with_identity(constraint, context) else tuple(_made(constraint, context))


def demanded(constraint: Constraint, context: Context) -> Iterable[Action]:
    """Return all that makes a constraint on rows that are there, the check of them included."""
    return (*_made(constraint, context), *_validated(constraint, context))


def _made(constraint: Constraint, context: Context) -> Iterable[Action]:
    if changed_keys.is_checked_first(constraint, context):
        return (changed_keys.renaming(constraint, context),)
    before = former(constraint, context)
    if before is not None:
        is_done = follows(before, constraint, context)
        return () if is_done else plain(*renaming(before, constraint, context))
    if _comes_along(constraint, context):
        return ()
    if keys.adopts(constraint, context) or keys.is_built_online(constraint, context):
        return keys.declared(constraint, context)
    in_parts = checked_in_parts(constraint, context)
    return (
        *in_parts,
        Action(
            f"{_head(constraint, context.new)} ADD {_definition(constraint, context)}",
            _mode_of_adding(constraint, context, is_checked=bool(in_parts)),
            () if is_later_validated(constraint, context) else risks_of_rows(constraint, context),
        ),
    )


def _mode_of_adding(constraint: Constraint, context: Context, *, is_checked: bool) -> Mode:
    """Return how it is added: a new foreign key locks two tables, so it joins no other locks."""
    is_quick = is_checked or is_later_validated(constraint, context)
    is_alone = constraint.references is not None and is_quick
    is_new = not context.is_dropped(constraint.identity)
    return Mode.ALONE if is_alone and is_new else Mode.TRANSACTIONAL


def _definition(constraint: Constraint, context: Context) -> str:
    text = constraint_definition(constraint, context.new)
    return f"{text} NOT VALID" if is_later_validated(constraint, context) else text


def _finish(constraint: Constraint, context: Context) -> Iterable[Action]:
    return () if comes_with_identity(constraint, context) else _validated(constraint, context)


def _validated(constraint: Constraint, context: Context) -> Iterable[Action]:
    is_there = _comes_along(constraint, context) or former(constraint, context)
    is_checked = changed_keys.is_checked_first(constraint, context)
    if is_there or is_checked or not is_later_validated(constraint, context):
        return ()
    return (validation(constraint, context),)


def _comes_along(constraint: Constraint, context: Context) -> bool:
    """Whether the table gets it together with the table above, or by joining that."""
    is_empty = constraint.references is not None and context.is_created(constraint.parent)
    is_bare = is_empty or not _stands_alone(constraint.parent, context)
    return is_handed_down(constraint) and is_bare


def _stands_alone(table: Identity | None, context: Context) -> bool:
    """Whether the table gets its constraints before it joins the table that has them, too."""
    fact = None if table is None else context.new.facts.get(table)
    is_partition = isinstance(fact, Table | ForeignTable) and fact.partition_bound is not None
    return (is_partition and context.is_created(table)) or joins(table, context)


def _drop(constraint: Constraint, context: Context) -> Iterable[Action]:
    goes_with_other = is_handed_down(constraint) and not leaves(constraint.parent, context)
    later = successor(constraint, context)
    if later is not None and constraint.is_inherited and not later.is_inherited:
        return plain(_made_own(constraint, context.old))
    if goes_with_other or later is not None:
        return ()
    name = identifier(constraint.identity.name)
    drop = f"{altered(table_of(constraint))} DROP CONSTRAINT {name}"
    return risky([drop], *keys.conflicts_lost(constraint, context))


def _made_own(constraint: Constraint, catalog: Catalog) -> str:
    """Return what lets a table demand itself what it demands because of the table above."""
    if constraint.type is ConstraintType.NOT_NULL:
        column = identifier(constraint.columns[0])
        return f"{altered(table_of(constraint))} ALTER COLUMN {column} SET NOT NULL"
    return f"{altered(table_of(constraint))} ADD {constraint_definition(constraint, catalog)}"


def _alter(change: Change[Constraint], context: Context) -> Iterable[Action] | None:
    new, names = change.new, change.names - set(_COMES_ALONG)
    if becomes_own(change, context) and not names:
        return plain(_made_own(change.old, context.old))
    if _takes_a_new_one(change, names, context):
        return None
    return () if not names or is_handed_down(new) else _altered(change, names, context)


def _takes_a_new_one(change: Change[Constraint], names: frozenset[str], context: Context) -> bool:
    """Whether it has to make way: for another one, or for what the table above demands now."""
    old, new = change.old, change.new
    if is_taken_over(change, context) or makes_way(new, context):
        return True
    is_other_check = bool(names) and new.type is ConstraintType.CHECK
    return (is_other_check and old.is_local and is_handed_down(new)) or any(
        gone_with_whole(new, context)
    )


def _altered(
    change: Change[Constraint], names: frozenset[str], context: Context
) -> Iterable[Action] | None:
    new = change.new
    head = f"{altered(table_of(new))} ALTER CONSTRAINT {identifier(new.identity.name)}"
    if new.type is ConstraintType.FOREIGN_KEY and names <= _altered_in_place(new):
        return plain(f"{head}{_altered_key(change)}")
    if new.type is ConstraintType.NOT_NULL and names <= {"is_no_inherit"}:
        return plain(f"{head} {'NO INHERIT' if new.is_no_inherit else 'INHERIT'}")
    if names <= {"is_validated"} and new.is_validated:
        return (validation(new, context),)
    return None


def _altered_in_place(key: Constraint) -> frozenset[str]:
    """Return what ALTER CONSTRAINT changes; to enforce a key, it would read all rows at once."""
    return _DEFERRAL if key.is_enforced else _DEFERRAL | {"is_enforced", "is_validated"}


def _altered_key(change: Change[Constraint]) -> str:
    new = change.new
    deferral = keys.deferral(new) or " NOT DEFERRABLE"
    return (deferral if change.names & _DEFERRAL else "") + (
        " NOT ENFORCED" if "is_enforced" in change.names else ""
    )


def _folds(constraint: Constraint, context: Context) -> bool:
    if constraint.type is ConstraintType.NOT_NULL:
        return _not_null_folds(constraint, context)
    if constraint.type is ConstraintType.FOREIGN_KEY or not constraint.is_validated:
        return False
    table = context.new.get(table_of(constraint), Table)
    is_plain = table is not None and not table.is_partitioned
    has_own_settings = constraint.index is not None and _index_options(constraint, context)
    # A key in CREATE TABLE would have the table demand itself, under a name of its own.
    names_null = keys.holds_inherited(constraint, context) and not _stands_alone(
        constraint.parent, context
    )
    is_second = _is_second(constraint, context)
    is_complete = is_plain and not has_own_settings and not names_null and not is_second
    return is_complete and _is_printed(constraint, context)


def _is_second(constraint: Constraint, context: Context) -> bool:
    """Whether another one indexes the same columns: CREATE TABLE would make one of the two."""
    return constraint.index is not None and any(
        other.index is not None
        and other.references is None
        and other.columns == constraint.columns
        and other.identity < constraint.identity
        for other in context.new.constraints(table_of(constraint))
    )


def _is_printed(constraint: Constraint, context: Context) -> bool:
    return _stands_alone(table_of(constraint), context) or not is_handed_down(constraint)


def _index_options(constraint: Constraint, context: Context) -> bool:
    index = None if constraint.index is None else context.new.get(constraint.index, Index)
    return index is not None and bool(index.options)


def _not_null_folds(constraint: Constraint, context: Context) -> bool:
    column = _column(constraint, context)
    return (
        column is not None
        and constraint.is_validated
        and _is_printed(constraint, context)
        and not is_filled_later(column, context)
        and not is_given(column, context)
    )


def _column(constraint: Constraint, context: Context) -> Column | None:
    names = (*table_of(constraint).names, *constraint.columns[:1])
    return context.new.get(Identity(Column.kind, names), Column)


def _folds_into(constraint: Constraint) -> Identity | None:
    if constraint.type is ConstraintType.NOT_NULL:
        return Identity(Column.kind, (*table_of(constraint).names, *constraint.columns[:1]))
    return constraint.parent


def awaited(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Yield what must be finished before the constraint is made.

    Let a primary key wait until its columns refuse NULL, which spares it a scan.

    A foreign key waits for keys that go: it would bind itself to one of them; and for all parts of
    the one that it points at.
    """
    if constraint.references is not None:
        yield from parts_of_index(constraint.index, context.new)
        yield from parts_away(constraint.references, context)
        for key in context.old.indexes(constraint.references):
            if context.is_dropped(key.identity):
                yield key.identity
    yield from (
        each
        for each in same_below(constraint, context.old)
        if context.is_dropped(each)
        and (not context.is_created(each) or constraint.type is ConstraintType.CHECK)
    )
    yield from replaced_before(constraint, context)
    yield from gone_with_whole(constraint, context)
    yield from own_below(constraint, context)
    yield from _needs_for_name(constraint, context)
    if constraint.type in KEYS:
        # As long as a partition is there that has no part of it, a key is not valid.
        yield from going(constraint.parent, context)
    yield from _needs_for_rows(constraint, context)
    if constraint.type is ConstraintType.PRIMARY_KEY:
        for each in _refused_nulls(constraint, context):
            yield each.identity
            yield from (other.identity for other in same_above(each, context.new))


def _refused_nulls(key: Constraint, context: Context) -> Iterator[Constraint]:
    """Yield what refuses NULL in the columns of a key, if it does not come with the table."""
    is_new = context.is_created(key.parent)
    for other in context.new.constraints(table_of(key)):
        is_of_key = other.type is ConstraintType.NOT_NULL and other.columns[0] in key.columns
        if is_of_key and not (is_new and is_handed_down(other)):
            yield other


def _needs_for_rows(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Refuse NULL in a new column when rows that are there have got its default."""
    column = _column(constraint, context)
    if (
        constraint.type is ConstraintType.NOT_NULL
        and column is not None
        and is_filled_later(column, context)
    ):
        yield Identity(Default.kind, column.identity.names)
    if column is not None and constraint.type is ConstraintType.NOT_NULL:
        yield from (column.identity,) if _is_given_with_column(column, context) else ()


def _is_given_with_column(column: Column, context: Context) -> bool:
    return is_given(column, context) and context.is_created(column.identity)


def _needs_for_name(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Let a table get rid of what is handed down before it names its own."""
    before = former(constraint, context)
    if before is None or not before.is_inherited or constraint.is_inherited:
        return
    if leaves(constraint.parent, context):
        yield table_of(constraint)
    table = context.old.get(table_of(constraint), Table)
    for parent in table.parents if table is not None else ():
        yield named_alike(parent, before)


def _outlives(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Let columns refuse NULL as long as a primary key holds them, and heirs leave before."""
    if constraint.is_inherited and leaves(constraint.parent, context):
        yield table_of(constraint)
    yield from dropped_before(constraint, context)
    yield from keys.pointing_at(constraint, context)
    if constraint.type is ConstraintType.NOT_NULL:
        if is_dropped_alone(constraint.identity, context):
            yield from freed_by(constraint.parent, constraint.columns[0], context)
        column = context.old.get(_folds_into(constraint) or constraint.identity, Column)
        if column is not None and column.identity_mode is not None:
            yield column.identity
        yield from keys_over(constraint, context.old)


def _held_by(constraint: Constraint, context: Context) -> Iterable[Identity]:
    is_not_null = constraint.type is ConstraintType.NOT_NULL
    return bound_to(constraint.parent, constraint.columns[0], context) if is_not_null else ()


def _build(constraint: Constraint, context: Context) -> Iterable[Action]:
    yield from keys.built(constraint, context)
    yield from changed_keys.checked_first(constraint, context)
    column = _column(constraint, context)
    if constraint.type is not ConstraintType.NOT_NULL or column is None:
        return
    if is_given(column, context) and not context.is_created(column.identity):
        yield filling_given(column, context)


def _succeeds(constraint: Constraint, context: Context) -> Iterable[Identity]:
    if changed_keys.is_checked_first(constraint, context):
        yield constraint.identity
    yield from keys.predecessors(constraint, context)


KIND = Kind(
    fact=Constraint,
    rank=110,
    reference=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    folds=_folds,
    folds_into=_folds_into,
    needs=awaited,
    outlives=_outlives,
    held_by=_held_by,
    build=_build,
    succeeds=_succeeds,
    lingers=keys.lingers,
    touches=sent_away,
)
