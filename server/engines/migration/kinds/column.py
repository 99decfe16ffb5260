"""How columns of tables and foreign tables come, change and go."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column, GeneratedMode
from server.engines.catalog.kinds.domain_constraint import DomainConstraint
from server.engines.catalog.kinds.table import Table
from server.engines.migration.action import Action, plain, risky
from server.engines.migration.backfill import filling_given, is_given
from server.engines.migration.column_definition import column_definition, not_null_constraint
from server.engines.migration.column_settings import settings
from server.engines.migration.column_type import followed, rebuilds, retyped, table_of
from server.engines.migration.context import Change, Context
from server.engines.migration.domain_nulls import is_refused_by_domain
from server.engines.migration.expandable import expansion
from server.engines.migration.expansion import contract, expand
from server.engines.migration.foreign_options import changed_options
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.heritage import divides_otherwise
from server.engines.migration.identity_column import (
    comes_with_identity,
    identity_changes,
    is_numbered_apart,
    numbered_apart,
    own_identity,
)
from server.engines.migration.inheritance import (
    above,
    arrives_from_above,
    below,
    declares_otherwise,
    joins,
    leaves,
    leaves_from_above,
)
from server.engines.migration.kind import Kind
from server.engines.migration.kinds.constraint import awaited, demanded
from server.engines.migration.moved import unmoved
from server.engines.migration.not_null import refuse_null
from server.engines.migration.options import changed_parameters
from server.engines.migration.relation import altered, altered_alone
from server.engines.migration.replica_identity import freed_by
from server.engines.migration.retyping import refuse_held
from server.engines.migration.stored_column import written_anew
from server.engines.migration.type_family import types_in
from server.engines.migration.typed_tables import attribute_of, comes_with_type
from server.engines.sql.quote import identifier, qualified

_SET_EXPRESSION_SINCE = 17


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"COLUMN {qualified(*identity.names)}"


def _create(column: Column, context: Context) -> Iterable[Action]:
    if arrives_from_above(column, context) or _attribute_behind(column, context):
        return plain(*settings([column]))
    statement = f"{altered(table_of(column))} ADD COLUMN {column_definition(column, context)}"
    return (
        *risky([statement], *_risks_of_adding(column, context)),
        *plain(*numbered_apart(column, context)),
        *plain(*settings([column])),
    )


def _risks_of_adding(column: Column, context: Context) -> Iterator[Hazard]:
    yield from written_anew(column, context)
    table = table_of(column)
    is_refused = column.is_not_null or is_refused_by_domain(column, context.new)
    counts = column.identity_mode is not None and not is_numbered_apart(column, context)
    refuses_null = is_refused and not counts
    fills = context.new.default(column.identity) or column.generation_expression
    if is_given(column, context):
        return
    if not context.is_created(table):
        yield from _refused_default(column, context)
    if refuses_null and not fills and not context.is_created(table):
        yield Hazard(
            HazardKind.MAY_FAIL,
            column.identity,
            f"{column.identity.qualified_name} refuses NULL and has no default: "
            "this fails unless the table is empty, or a value for its rows is given",
        )


def _refused_default(column: Column, context: Context) -> Iterator[Hazard]:
    """Yield that rows which are there get a default of which nobody knows whether it is a value."""
    default = context.new.default(column.identity)
    for type_ in types_in(column.identity, context.new) if default is not None else ():
        for each in context.new.children(type_, DomainConstraint):
            if each.expression is not None:
                message = (
                    f"a default of {column.identity.qualified_name} that breaks "
                    f"{each.identity.name} of {type_.qualified_name} stops the statement "
                    "if the table has rows"
                )
                yield Hazard(HazardKind.MAY_FAIL, column.identity, message)


def _drop(column: Column, context: Context) -> Iterable[Action]:
    if leaves_from_above(column, context):
        return ()
    statement = f"{altered(table_of(column))} DROP COLUMN {identifier(column.identity.name)}"
    if column.generated_mode is not None:
        return plain(statement)
    name = column.identity.qualified_name
    return risky([statement], data_loss(column.identity, f"all values of {name} are lost"))


def _alter(change: Change[Column], context: Context) -> Iterable[Action] | None:
    change = unmoved(change, context)
    if _must_be_replaced(change, context):
        return None
    refuse_held(change, context)
    beside = expansion(change, context)
    if beside is not None:
        return tuple(contract(beside)) if beside.leader == change.new.identity else ()
    is_numbered = own_identity(change.new, context.new) is not None
    numbering = tuple(_renumbered(change, context))
    return (
        *plain(*_computed_no_more(change)),
        # As long as a column is numbered, it refuses NULL, and types that are no whole numbers.
        *(() if is_numbered else numbering),
        *retyped(change, context),
        *risky(_changed(change, context), *_risks_of_expression(change, context)),
        *_begins_to_refuse_null(change, context),
        *(numbering if is_numbered else ()),
    )


def _begins_to_refuse_null(change: Change[Column], context: Context) -> Iterable[Action]:
    new = change.new
    if "is_marked_not_null" not in change.names or not new.is_marked_not_null:
        return ()
    filling = (filling_given(new, context),) if is_given(new, context) else ()
    return (*filling, *refuse_null(new, context))


def _finish(column: Column, context: Context) -> Iterable[Action]:
    """Give the rows that are there a new column's value, when programs give it to new ones."""
    if not is_given(column, context):
        return ()
    marking = refuse_null(column, context) if column.is_marked_not_null else ()
    return (filling_given(column, context), *marking)


def _follows_deploy(column: Column, context: Context) -> bool:
    """Whether rows of programs that do not know the column would be refused."""
    return is_given(column, context) and column.is_not_null


def _must_be_replaced(change: Change[Column], context: Context) -> bool:
    """Whether a generated column begins or changes in a way that only a new one can."""
    old, new = change.old, change.new
    if old.generated_mode is not new.generated_mode:
        return not (old.generated_mode is GeneratedMode.STORED and new.generated_mode is None)
    if new.generated_mode is None or "generation_expression" not in change.names:
        return False
    # The old expression need not fit the new type, nor the new one the old.
    return context.major < _SET_EXPRESSION_SINCE or "type" in change.names


def _computed_no_more(change: Change[Column]) -> Iterator[str]:
    """Yield what keeps the values as they are: those that are computed are converted by nothing."""
    new = change.new
    if change.old.generated_mode is not None and new.generated_mode is None:
        head = f"{altered(table_of(new))} ALTER COLUMN {identifier(new.identity.name)}"
        yield f"{head} DROP EXPRESSION"


def _risks_of_expression(change: Change[Column], context: Context) -> Iterator[Hazard]:
    if "generation_expression" in change.names:
        yield from written_anew(change.new, context)


def _changed(change: Change[Column], context: Context) -> Iterator[str]:
    new, names = change.new, change.names
    head = f"{altered(table_of(new))} ALTER COLUMN {identifier(new.identity.name)}"
    alone = f"{altered_alone(table_of(new))} ALTER COLUMN {identifier(new.identity.name)}"
    if new.generated_mode is not None and "generation_expression" in names:
        yield f"{head} SET EXPRESSION AS ({new.generation_expression})"
    if "is_marked_not_null" in names and not new.is_marked_not_null:
        # An heir may go on to refuse NULL, for a key of its own; a partition has no say in it.
        yield f"{head if _is_partitioned(new, context) else alone} DROP NOT NULL"
    yield from _changed_settings(alone, change)


def _is_partitioned(column: Column, context: Context) -> bool:
    table = context.new.get(table_of(column), Table)
    return table is not None and table.is_partitioned


def _renumbered(change: Change[Column], context: Context) -> Iterator[Action]:
    """Yield what changes the identity; PostgreSQL gives none to a column that may be NULL."""
    old, new = change.old, change.new
    if own_identity(old, context.old) is own_identity(new, context.new):
        return
    constraint = not_null_constraint(new, context.new)
    if constraint is not None and comes_with_identity(constraint, context):
        yield from demanded(constraint, context)
    head = f"{altered(table_of(new))} ALTER COLUMN {identifier(new.identity.name)}"
    yield from plain(*identity_changes(head, old, new, context))


def _changed_settings(head: str, change: Change[Column]) -> Iterator[str]:
    old, new, names = change.old, change.new, change.names
    # Another type or collation brings back what is usual for the type.
    is_reset = bool(names & {"type", "collation"})
    if not new.is_default_storage if is_reset else "storage" in names:
        yield f"{head} SET STORAGE {new.storage}"
    if new.compression is not None if is_reset else "compression" in names:
        yield f"{head} SET COMPRESSION {new.compression or 'default'}"
    if "statistics_target" in names:
        target = -1 if new.statistics_target is None else new.statistics_target
        yield f"{head} SET STATISTICS {target}"
    yield from changed_parameters(head, old.options, new.options)
    yield from changed_options(head, new.identity, old.fdw_options, new.fdw_options)


def _prepare(change: Change[Column], context: Context) -> Iterable[Action]:
    beside = expansion(unmoved(change, context), context)
    if beside is None or beside.leader != change.new.identity:
        return ()
    return tuple(expand(beside))


def _led_by(change: Change[Column], context: Context) -> Identity | None:
    """Return the column whose steps are its own, too: exchanged together, or handed down."""
    beside = expansion(unmoved(change, context), context)
    if beside is not None:
        return beside.leader
    followed_one = next((each.identity for each in followed(change, context)), None)
    leader = _attribute_behind(change.new, context) or followed_one
    return None if leader is None or _alter(change, context) else leader


def _attribute_behind(column: Column, context: Context) -> Identity | None:
    """Return the attribute that brings a column of a typed table along."""
    return attribute_of(column, context.new) if comes_with_type(column, context) else None


def _outlives(column: Column, context: Context) -> Iterator[Identity]:
    """Let the table leave what hands the column down to it, and heirs have none of their own."""
    table = table_of(column)
    if column.is_inherited and leaves(table, context):
        yield table
    if column.is_local and not context.is_dropped(table):
        yield from (each.identity for each in above(column, context.old))
    for heir in below(column, context.old):
        if not heir.is_local:
            yield heir.identity


def _awaits(column: Column, context: Context) -> Iterator[Identity]:
    """Let the column above be changed, or the table leave what forbids it to change its own."""
    old, table = context.old.get(column.identity, Column), table_of(column)
    is_bound = old is not None and old.is_inherited and not context.is_created(column.identity)
    if is_bound and leaves(table, context):
        yield table
    elif is_bound:
        yield from (each.identity for each in above(column, context.new))
    if old is not None and old.is_marked_not_null and not column.is_marked_not_null:
        yield from freed_by(table, column.identity.name, context)
    constraint = not_null_constraint(column, context.new)
    if constraint is not None and comes_with_identity(constraint, context):
        yield from awaited(constraint, context)


def _needs(column: Column, context: Context) -> Iterator[Identity]:
    """Let what an heir declares itself come before the column that is handed down to it.

    A partition has no columns but those of the whole, and leaves that first.
    """
    if _is_partition_that_leaves(column.parent, context):
        yield table_of(column)
    if arrives_from_above(column, context):
        yield from (each.identity for each in above(column, context.new))
    attribute = _attribute_behind(column, context)
    yield from () if attribute is None else (attribute,)
    for heir in below(column, context.new):
        if heir.is_local and not context.is_created(heir.parent):
            yield heir.identity
    # PostgreSQL checks no values of a domain that lie inside of others.
    for type_ in types_in(column.identity, context.new):
        if not context.is_created(type_):
            parts = context.new.children(type_, DomainConstraint)
            yield from (each.identity for each in parts)


def _is_partition_that_leaves(table: Identity | None, context: Context) -> bool:
    before = None if table is None else context.old.get(table, Table)
    is_partition = before is not None and before.is_partition
    return is_partition and leaves(table, context) and not joins(table, context)


def _touches(column: Column, context: Context) -> Iterator[Identity]:
    if declares_otherwise(column, context) or divides_otherwise(column, context):
        yield table_of(column)


def _folds(_column: Column, _context: Context) -> bool:
    return True


KIND = Kind(
    fact=Column,
    rank=80,
    reference=_reference,
    grant_on=None,
    create=_create,
    drop=_drop,
    alter=_alter,
    prepare=_prepare,
    led_by=_led_by,
    finish=_finish,
    follows_deploy=_follows_deploy,
    folds=_folds,
    rebuilds=rebuilds,
    outlives=_outlives,
    needs=_needs,
    awaits=_awaits,
    touches=_touches,
)
