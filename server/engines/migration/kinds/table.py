"""How tables come, change and go: ordinary ones, partitioned ones, partitions and heirs."""

from collections.abc import Iterable, Iterator

from server.engines.catalog.catalog import Catalog
from server.engines.catalog.identity import Identity
from server.engines.catalog.kinds.column import Column
from server.engines.catalog.kinds.constraint import ConstraintType
from server.engines.catalog.kinds.index import Index
from server.engines.catalog.kinds.table import Persistence, ReplicaIdentity, Table
from server.engines.migration.action import Action, Mode, plain, risky
from server.engines.migration.beside_default import excluding
from server.engines.migration.column_definition import column_definition
from server.engines.migration.column_settings import settings
from server.engines.migration.context import Change, Context
from server.engines.migration.hazard import Hazard, HazardKind, data_loss
from server.engines.migration.heritage import (
    declared_again,
    dissolved,
    first_out,
    moved,
    moving,
    must_be_made_anew,
)
from server.engines.migration.inheritance import going, heirs, joins
from server.engines.migration.kind import Kind
from server.engines.migration.not_null_names import former
from server.engines.migration.options import changed_parameters, storage_parameters
from server.engines.migration.partitions import (
    attach,
    default_partition,
    detach,
    keys_into,
    risks_of_leaving,
)
from server.engines.migration.relation import altered
from server.engines.migration.table_copy import kept, restored
from server.engines.migration.validation import constraint_definition
from server.engines.sql.quote import identifier, qualified

_NEW_ONE = frozenset({"partition_strategy", "partition_key"})


def _reference(identity: Identity, _catalog: Catalog) -> str:
    return f"TABLE {qualified(*identity.names)}"


def _create(table: Table, context: Context) -> Iterable[Action]:
    parts = ",\n".join(f"    {part}" for part in _parts(table, context))
    body = f"(\n{parts}\n)" if parts else "()"
    unlogged = "UNLOGGED " if table.persistence is Persistence.UNLOGGED else ""
    head = f"CREATE {unlogged}TABLE {qualified(*table.identity.names)} {body}"
    columns = (
        each for each in context.new.columns(table.identity) if each.identity in context.folded
    )
    return plain(" ".join([head, *_tail(table)]), *settings(columns), *_flags(table))


def _parts(table: Table, context: Context) -> Iterator[str]:
    for column in context.new.columns(table.identity):
        is_inherited_only = not column.is_local and bool(table.parents) and not table.is_partition
        if column.identity in context.folded and not is_inherited_only:
            yield column_definition(column, context)
    for constraint in context.new.constraints(table.identity):
        if constraint.type is not ConstraintType.NOT_NULL and constraint.identity in context.folded:
            yield constraint_definition(constraint, context.new)
    yield from _inherited_not_null(table, context)


def _inherited_not_null(table: Table, context: Context) -> Iterator[str]:
    """Yield constraints that an heir declares on columns which it only inherits."""
    if not table.parents or table.is_partition:
        return
    inherited = {
        each.identity.name for each in context.new.columns(table.identity) if not each.is_local
    }
    for each in context.new.constraints(table.identity):
        is_declared = each.type is ConstraintType.NOT_NULL and each.identity in context.folded
        if is_declared and each.columns[0] in inherited:
            yield constraint_definition(each, context.new)


def _tail(table: Table) -> Iterator[str]:
    if table.parents and not table.is_partition:
        yield f"INHERITS ({', '.join(qualified(*each.names) for each in table.parents)})"
    if table.partition_key is not None:
        yield f"PARTITION BY {table.partition_key}"
    if table.access_method not in {None, "heap"}:
        yield f"USING {identifier(table.access_method or '')}"
    options = ", ".join(
        text
        for text in (
            storage_parameters(table.options),
            storage_parameters(table.toast_options, prefix="toast."),
        )
        if text
    )
    if options:
        yield f"WITH ({options})"
    if table.tablespace is not None:
        yield f"TABLESPACE {identifier(table.tablespace)}"


def _flags(table: Table) -> Iterator[str]:
    head = altered(table.identity)
    if table.of_type is not None:
        yield f"{head} OF {table.of_type}"
    if table.has_row_security:
        yield f"{head} ENABLE ROW LEVEL SECURITY"
    if table.forces_row_security:
        yield f"{head} FORCE ROW LEVEL SECURITY"
    if table.replica_identity in {ReplicaIdentity.FULL, ReplicaIdentity.NOTHING}:
        yield f"{head} REPLICA IDENTITY {table.replica_identity.upper()}"


def _finish(table: Table, context: Context) -> Iterable[Action]:
    attaching = tuple(_attached(table, context)) if table.is_partition else ()
    if context.is_dropped(table.identity):
        return (*attaching, *restored(table, context))
    return attaching


def _attached(table: Table, context: Context) -> Iterator[Action]:
    beside = excluding(table, context)
    yield from beside.before
    yield Action(attach(table), Mode.FRESH if beside.before else Mode.TRANSACTIONAL)
    yield from beside.after


def _drop(table: Table, context: Context) -> Iterable[Action]:
    name = table.identity.qualified_name
    statement = f"DROP TABLE {qualified(*table.identity.names)}"
    if context.is_created(table.identity):
        rebuilt = Hazard(
            HazardKind.REBUILT, table.identity, f"{name} is created anew and its rows are copied"
        )
        return (*kept(table, context), Action(statement, hazards=(rebuilt,)))
    freed = tuple(_detached(table, context))
    if not _holds_rows(table, context):
        return (*freed, *plain(statement))
    return (
        *freed,
        Action(statement, hazards=(data_loss(table.identity, f"all rows of {name} are lost"),)),
    )


def _detached(table: Table, context: Context) -> Iterator[Action]:
    """Yield what frees a partition from foreign keys: they point at it as long as it is one."""
    risks = risks_of_leaving(table, context)
    for whole in table.parents if risks else ():
        if not context.is_dropped(whole):
            alone = context.is_online and default_partition(whole, context.old) is None
            mode = Mode.OUTSIDE if alone else Mode.TRANSACTIONAL
            yield Action(detach(table, concurrently=alone), mode, risks)


def _holds_rows(table: Table, context: Context) -> bool:
    """Whether it holds rows itself, or in partitions that go with it."""
    return not table.is_partitioned or any(
        table.identity in each.parents and context.is_dropped(each.identity)
        for each in context.old.of(Table)
    )


def _alter(change: Change[Table], context: Context) -> Iterable[Action] | None:
    if change.names & _NEW_ONE or must_be_made_anew(change.new, context):
        return None
    return (
        *declared_again(change.new, context),
        *moved(change, context),
        *_with_risk_of_crash(change, _changed(change)),
        *risky(_changed_security(change), *_risks_of_security(change, context)),
    )


def _with_risk_of_crash(change: Change[Table], statements: Iterable[str]) -> Iterable[Action]:
    new = change.new
    if "persistence" in change.names and new.persistence is Persistence.UNLOGGED:
        name = new.identity.qualified_name
        message = f"a crash of the server empties {name} from then on"
        gone = Hazard(HazardKind.CRASH, new.identity, message)
        return risky(statements, gone)
    return plain(*statements)


def _changed(change: Change[Table]) -> Iterator[str]:
    old, new, names = change.old, change.new, change.names
    head = altered(new.identity)
    if "persistence" in names:
        yield f"{head} SET {'UNLOGGED' if new.persistence is Persistence.UNLOGGED else 'LOGGED'}"
    if "of_type" in names:
        yield f"{head} NOT OF" if new.of_type is None else f"{head} OF {new.of_type}"
    if "access_method" in names and new.access_method is not None:
        yield f"{head} SET ACCESS METHOD {identifier(new.access_method)}"
    if "tablespace" in names:
        yield f"{head} SET TABLESPACE {identifier(new.tablespace or 'pg_default')}"
    yield from changed_parameters(head, old.options, new.options)
    yield from changed_parameters(head, old.toast_options, new.toast_options, prefix="toast.")
    if "replica_identity" in names and new.replica_identity is not ReplicaIdentity.INDEX:
        yield f"{head} REPLICA IDENTITY {new.replica_identity.upper()}"


def _risks_of_security(change: Change[Table], context: Context) -> Iterator[Hazard]:
    if "has_row_security" not in change.names:
        return
    name, table = change.new.identity.qualified_name, change.new.identity
    if not change.new.has_row_security:
        message = f"whoever has a privilege on {name} sees and changes all of its rows from now on"
    elif context.new.policies(table):
        message = f"all but its owner see and change only rows of {name} that a policy lets through"
    else:
        message = f"{name} has no policy: all but its owner see no row of it, and write none"
    yield Hazard(HazardKind.AUTHORIZATION, table, message)


def _changed_security(change: Change[Table]) -> Iterator[str]:
    new, names = change.new, change.names
    head = altered(new.identity)
    if "has_row_security" in names:
        yield f"{head} {'ENABLE' if new.has_row_security else 'DISABLE'} ROW LEVEL SECURITY"
    if "forces_row_security" in names:
        yield f"{head} {'' if new.forces_row_security else 'NO '}FORCE ROW LEVEL SECURITY"


def _awaits(table: Table, context: Context) -> Iterator[Identity]:
    """Let policies come before they are enforced, and a partition's parts before it is attached."""
    before = context.old.get(table.identity, Table)
    is_secured = before is not None and before.has_row_security
    if not context.is_created(table.identity) and table.has_row_security and not is_secured:
        yield from (policy.identity for policy in context.new.policies(table.identity))
    if joins(table.identity, context):
        yield from (each.identity for each in context.new.columns(table.identity))
        yield from (each.identity for each in context.new.constraints(table.identity))
        yield from _indexes_and_checks(table.identity, context)
    if table.is_partition:
        yield from _indexes_and_checks(table.identity, context)
        for parent in table.parents:
            yield from _indexes_and_checks(parent, context)
            yield from (each.identity for each in context.new.columns(parent))
            yield from (e.identity for e in context.old.columns(parent) if _goes(e, context))
            # What is ready for the new indexes would become part of the old ones.
            yield from (e.identity for e in context.old.indexes(parent) if _goes(e, context))
            # Their bounds may overlap.
            left = tuple(dissolved(table.identity, parent, context))
            own = {table.identity, *(each.identity for each in left)}
            yield from (each for each in going(parent, context) if each not in own)
            yield from (first_out(each, parent, context) for each in left)
            yield from (e.identity for e in moving(parent, context)[:1] if e.identity not in own)
    if context.is_dropped(table.identity):
        yield from (heir.identity for heir in heirs(table.identity, context.new))


def _goes(part: Column | Index, context: Context) -> bool:
    return context.is_dropped(part.identity) and not context.is_created(part.identity)


def _held_by(table: Table, context: Context) -> Iterator[Identity]:
    """Yield the foreign keys into a partition, whose rows are gone for a moment."""
    return keys_into(table, context.old)


def _outlives(table: Table, context: Context) -> Iterator[Identity]:
    """Let foreign keys into a partition go before it."""
    return (each for each in keys_into(table, context.old) if context.is_dropped(each))


def _rebuilds(change: Change[Table], context: Context) -> Iterator[Identity]:
    """Yield the foreign keys that are not there while a partition is detached."""
    if not change.names & {"partition_bound", "parents"}:
        return
    after = {*keys_into(change.new, context.new)}
    for each in keys_into(change.old, context.old):
        # What goes for another reason does so before, lest rows of this partition matter to it.
        if each in after or context.is_dropped(each):
            yield each


def _needs(table: Table, context: Context) -> Iterator[Identity]:
    """Let the columns above an heir be as they shall be before it gets its own.

    What is renamed there would have to be renamed in the heir, too.
    """
    for parent in () if table.is_partition else table.parents:
        yield from (each.identity for each in context.new.columns(parent))
        for each in context.new.constraints(parent):
            if former(each, context) is not None:
                yield each.identity


def _indexes_and_checks(table: Identity, context: Context) -> Iterator[Identity]:
    for index in context.new.indexes(table):
        if index.partition_of is None or index.parent == table:
            yield index.identity
    for constraint in context.new.constraints(table):
        if constraint.type is not ConstraintType.FOREIGN_KEY:
            yield constraint.identity


KIND = Kind(
    fact=Table,
    rank=70,
    reference=_reference,
    grant_on=_reference,
    create=_create,
    drop=_drop,
    alter=_alter,
    finish=_finish,
    awaits=_awaits,
    outlives=_outlives,
    held_by=_held_by,
    rebuilds=_rebuilds,
    needs=_needs,
)
