"""How constraints of tables come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import Constraint, ConstraintType
from server.engines.catalog.kinds.foreign_table import ForeignTable
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, Mode, plain
from server.engines.migration.backfill import is_filled_later
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind
from server.engines.migration.inheritance import joins, leaves
from server.engines.migration.index_text import concurrently
from server.engines.migration.kind import Kind
from server.engines.migration.not_null_names import former, renaming, successor
from server.engines.migration.relation import altered, altered_alone, whole
from server.engines.sql.quote import identifier

_NOT_VALID_FOREIGN_KEY_ON_PARTITIONED_SINCE = 18
_KEYS = frozenset({ConstraintType.PRIMARY_KEY, ConstraintType.UNIQUE})
_CHECKED = frozenset({ConstraintType.CHECK, ConstraintType.FOREIGN_KEY, ConstraintType.NOT_NULL})
_COMES_ALONG = ("is_local", "is_inherited", "partition_of")
_DEFERRAL = ("is_deferrable", "is_initially_deferred")


def constraint_definition(constraint: Constraint) -> str:
    """Return the constraint as CREATE TABLE and ADD take it."""
    return f"CONSTRAINT {identifier(constraint.identity.name)} {constraint.definition}"


def is_handed_down(constraint: Constraint) -> bool:
    """Whether the table has it only because the table above has it."""
    if constraint.type is ConstraintType.FOREIGN_KEY:
        return constraint.partition_of is not None
    return constraint.is_inherited and not constraint.is_local and constraint.type not in _KEYS


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"CONSTRAINT {identifier(identity.name)} ON {whole(identity)}"


def _table(constraint: Constraint) -> Identity:
    if constraint.parent is None:
        raise ValueError(f"{constraint.identity} belongs to no table")
    return constraint.parent


def _head(constraint: Constraint, catalog: Catalog) -> str:
    """Begin the statement; a key of a partitioned table is put together from its partitions'."""
    table = catalog.get(_table(constraint), Table)
    alone = table is not None and table.is_partitioned and constraint.type in _KEYS
    return altered_alone(_table(constraint)) if alone else altered(_table(constraint))


def _create(constraint: Constraint, context: Context) -> Iterable[Action]:
    table = _table(constraint)
    before = former(constraint, context)
    if before is not None:
        return plain(*renaming(before, constraint, context))
    if is_handed_down(constraint) and not _stands_alone(table, context):
        return ()
    if _is_built_online(constraint, context):
        return _key_from_index(constraint, context)
    return (
        Action(
            f"{_head(constraint, context.new)} ADD {_definition(constraint, context)}",
            _mode_of_adding(constraint, context),
            () if _is_later_validated(constraint, context) else _risks(constraint, context),
        ),
    )


def _mode_of_adding(constraint: Constraint, context: Context) -> Mode:
    """Return how it is added: a new foreign key locks two tables, so it joins no other locks."""
    is_alone = constraint.references is not None and _is_later_validated(constraint, context)
    is_new = not context.is_dropped(constraint.identity)
    return Mode.FRESH if is_alone and is_new else Mode.TRANSACTIONAL


def _definition(constraint: Constraint, context: Context) -> str:
    text = constraint_definition(constraint)
    return f"{text} NOT VALID" if _is_later_validated(constraint, context) else text


def _finish(constraint: Constraint, context: Context) -> Iterable[Action]:
    is_there = is_handed_down(constraint) or former(constraint, context)
    if is_there or not _is_later_validated(constraint, context):
        return ()
    name = identifier(constraint.identity.name)
    return (
        Action(
            f"{altered(_table(constraint))} VALIDATE CONSTRAINT {name}",
            Mode.FRESH,
            _risks(constraint, context),
        ),
    )


def _stands_alone(table: Identity, context: Context) -> bool:
    """Whether the table gets its constraints before it joins the table that has them, too."""
    fact = context.new.facts.get(table)
    is_partition = isinstance(fact, Table | ForeignTable) and fact.partition_bound is not None
    return (is_partition and context.is_created(table)) or joins(table, context)


def _is_later_validated(constraint: Constraint, context: Context) -> bool:
    """Whether it is added as NOT VALID, and its rows are checked under a weaker lock."""
    if not context.is_online or constraint.type not in _CHECKED:
        return False
    if context.is_created(_table(constraint)) or not constraint.is_validated:
        return False
    return constraint.is_enforced and _can_be_not_valid(constraint, context)


def _can_be_not_valid(constraint: Constraint, context: Context) -> bool:
    table = context.new.get(_table(constraint), Table)
    if constraint.type is not ConstraintType.FOREIGN_KEY or table is None:
        return True
    since = _NOT_VALID_FOREIGN_KEY_ON_PARTITIONED_SINCE
    return not table.is_partitioned or context.major >= since


def _is_built_online(constraint: Constraint, context: Context) -> bool:
    table = context.new.get(_table(constraint), Table)
    return (
        context.is_online
        and constraint.type in _KEYS
        and not constraint.has_period
        and not context.is_created(_table(constraint))
        and table is not None
        and not table.is_partitioned
        and not _holds_inherited(constraint, context)
    )


def _holds_inherited(key: Constraint, context: Context) -> bool:
    """Whether its columns refuse NULL because of a table above.

    USING INDEX would have the table itself demand it, too, and no statement takes that back.
    """
    return key.type is ConstraintType.PRIMARY_KEY and any(
        each.type is ConstraintType.NOT_NULL and not each.is_local and each.columns[0] in key.columns
        for each in context.new.constraints(_table(key))
    )


def _key_from_index(constraint: Constraint, context: Context) -> Iterator[Action]:
    """Build the index beside running programs, and make it the constraint's own."""
    index = None if constraint.index is None else context.new.get(constraint.index, Index)
    if index is None:
        raise ValueError(f"{constraint.identity} has no index")
    name = identifier(constraint.identity.name)
    word = "PRIMARY KEY" if constraint.type is ConstraintType.PRIMARY_KEY else "UNIQUE"
    yield Action(concurrently(index.definition), Mode.OUTSIDE, _risks(constraint, context))
    yield Action(
        f"{altered(_table(constraint))} ADD CONSTRAINT {name} {word} "
        f"USING INDEX {identifier(index.identity.name)}{_deferral(constraint)}",
        Mode.FRESH,
    )


def _deferral(constraint: Constraint) -> str:
    if not constraint.is_deferrable:
        return ""
    return (
        f" DEFERRABLE INITIALLY {'DEFERRED' if constraint.is_initially_deferred else 'IMMEDIATE'}"
    )


def _risks(constraint: Constraint, context: Context) -> tuple[Hazard, ...]:
    if context.is_created(_table(constraint)):
        return ()
    name = constraint.identity.qualified_name
    message = f"a row that breaks {name} stops the statement"
    return (Hazard(HazardKind.MAY_FAIL, constraint.identity, message),)


def _drop(constraint: Constraint, context: Context) -> Iterable[Action]:
    goes_with_other = is_handed_down(constraint) and not leaves(constraint.parent, context)
    if goes_with_other or successor(constraint, context):
        return ()
    name = identifier(constraint.identity.name)
    return plain(f"{altered(_table(constraint))} DROP CONSTRAINT {name}")


def _alter(change: Change[Constraint], context: Context) -> Iterable[Action] | None:
    new, names = change.new, change.names - set(_COMES_ALONG)
    if not names or is_handed_down(new):
        return ()
    head = f"{altered(_table(new))} ALTER CONSTRAINT {identifier(new.identity.name)}"
    if new.type is ConstraintType.FOREIGN_KEY and names <= {*_DEFERRAL, "is_enforced"}:
        return plain(f"{head}{_altered_key(change)}")
    if new.type is ConstraintType.NOT_NULL and names <= {"is_no_inherit"}:
        return plain(f"{head} {'NO INHERIT' if new.is_no_inherit else 'INHERIT'}")
    if names <= {"is_validated"} and new.is_validated:
        validate = f"VALIDATE CONSTRAINT {identifier(new.identity.name)}"
        risks = _risks(new, context)
        return (Action(f"{altered(_table(new))} {validate}", Mode.FRESH, risks),)
    return None


def _altered_key(change: Change[Constraint]) -> str:
    new = change.new
    enforced = f" {'ENFORCED' if new.is_enforced else 'NOT ENFORCED'}"
    deferral = _deferral(new) or " NOT DEFERRABLE"
    return (deferral if change.names & set(_DEFERRAL) else "") + (
        enforced if "is_enforced" in change.names else ""
    )


def _folds(constraint: Constraint, context: Context) -> bool:
    if constraint.type is ConstraintType.NOT_NULL:
        return _not_null_folds(constraint, context)
    if constraint.type is ConstraintType.FOREIGN_KEY or not constraint.is_validated:
        return False
    table = context.new.get(_table(constraint), Table)
    is_plain = table is not None and not table.is_partitioned
    has_own_settings = constraint.index is not None and _index_options(constraint, context)
    return is_plain and not has_own_settings and _is_printed(constraint, context)


def _is_printed(constraint: Constraint, context: Context) -> bool:
    return _stands_alone(_table(constraint), context) or not is_handed_down(constraint)


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
    )


def _column(constraint: Constraint, context: Context) -> Column | None:
    names = (*_table(constraint).names, *constraint.columns[:1])
    return context.new.get(Identity(Column.kind, names), Column)


def _folds_into(constraint: Constraint) -> Identity | None:
    if constraint.type is ConstraintType.NOT_NULL:
        return Identity(Column.kind, (*_table(constraint).names, *constraint.columns[:1]))
    return constraint.parent


def _needs(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Let a primary key wait until its columns refuse NULL, which spares it a scan.

    A foreign key waits for keys that go: it would bind itself to one of them.
    """
    if constraint.references is not None:
        for key in context.old.indexes(constraint.references):
            if context.is_dropped(key.identity):
                yield key.identity
    if constraint.type is ConstraintType.PRIMARY_KEY:
        for other in context.new.constraints(_table(constraint)):
            if other.type is ConstraintType.NOT_NULL and other.columns[0] in constraint.columns:
                yield other.identity


def _outlives(constraint: Constraint, context: Context) -> Iterator[Identity]:
    """Let columns refuse NULL as long as a primary key holds them, and heirs leave before."""
    if constraint.is_inherited and leaves(constraint.parent, context):
        yield _table(constraint)
    if constraint.type is ConstraintType.NOT_NULL:
        for other in context.old.constraints(_table(constraint)):
            is_key = other.type is ConstraintType.PRIMARY_KEY
            if is_key and constraint.columns[0] in other.columns:
                yield other.identity


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
    needs=_needs,
    outlives=_outlives,
)
